#pragma once
// Pager: reads the documents of one page and makes the cursors of its neighbours. Page and Query::page stand on it.

#include <memory>
#include <optional>
#include <string>

#include <tenon/bson/view.hpp>
#include <tenon/result.hpp>

namespace tenon {
class Collection;
}

namespace tenon::detail {

struct PagerState;

/// The ends of a page.
struct PageEnds {
    std::optional<std::string>   next{};
    std::optional<std::string>   prev{};
    std::optional<std::uint64_t> total{};
};

/// Documents come in page order, or in reverse when `reversed`: the caller turns the list round at the end.
class Pager {
public:
    explicit Pager(std::unique_ptr<PagerState> state) noexcept;
    Pager(Pager&&) noexcept;
    Pager& operator=(Pager&&) = delete;
    ~Pager();

    /// The next document of the page, empty at its end. The view is good until the next call.
    Result<std::optional<bson::View>> next();
    [[nodiscard]] bool reversed() const noexcept;
    /// After `next` was empty.
    Result<PageEnds> finish();

private:
    std::unique_ptr<PagerState> state_;
};

}  // namespace tenon::detail
