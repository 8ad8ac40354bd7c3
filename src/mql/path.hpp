#pragma once
// Dotted field paths, split once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

/// "a.0.b" split at its dots. The empty path has no parts; empty parts ("a..b") are kept, as MongoDB keeps them.
class FieldPath {
public:
    FieldPath() = default;
    explicit FieldPath(std::string_view dotted);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
    [[nodiscard]] bool empty() const noexcept { return ends_.empty(); }
    [[nodiscard]] std::string_view operator[](std::size_t part) const noexcept {
        const std::size_t start = part == 0 ? 0 : ends_[part - 1] + 1;
        return std::string_view(text_).substr(start, ends_[part] - start);
    }
    /// Parts `part`... with their dots; empty past the end.
    [[nodiscard]] std::string_view rest(std::size_t part) const noexcept {
        if (part >= ends_.size()) return {};
        return std::string_view(text_).substr(part == 0 ? 0 : ends_[part - 1] + 1);
    }
    /// Equal to `other`, or one is a leading run of the other's parts ("a" and "a.b"): they touch the same data.
    [[nodiscard]] bool overlaps(const FieldPath& other) const noexcept;
    /// `other` is this path or lies below it.
    [[nodiscard]] bool contains(const FieldPath& other) const noexcept;

    friend bool operator==(const FieldPath& a, const FieldPath& b) noexcept { return a.text_ == b.text_; }

private:
    std::string                text_{};
    std::vector<std::uint32_t> ends_{};  // offset past each part
};

/// All characters are digits: the part may be an array index. True for "", as in MongoDB.
[[nodiscard]] bool is_all_digits(std::string_view part) noexcept;

/// "0", "17", not "" nor "01": the canonical spelling of an array index. Empty for anything else or past 32 bits.
[[nodiscard]] std::optional<std::uint32_t> array_index(std::string_view part) noexcept;

/// The value at a path through documents alone; `missing` when a part is absent or an array is on the way.
[[nodiscard]] bson::ValueRef lookup_documents(bson::View document, const FieldPath& path) noexcept;

}  // namespace tenon::mql
