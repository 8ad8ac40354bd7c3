#pragma once
// fmt formatters: filters, updates, sorts and projections print as relaxed Extended JSON.

#include <string>
#include <type_traits>

#include <fmt/core.h>

#include <tenon/bson/format.hpp>
#include <tenon/query/update.hpp>

namespace tenon::query::detail {

[[nodiscard]] std::string printed(const Clause& clause);
[[nodiscard]] std::string printed(const UpdateBase& update);

struct ClauseFormatter : bson::detail::PlainFormatter {
    template <class C, class Context>
    auto format(const C& clause, Context& context) const -> decltype(context.out()) {
        return write(printed(clause), context.out());
    }
};

}  // namespace tenon::query::detail

template <class C>
struct fmt::formatter<C, char, std::enable_if_t<std::is_base_of_v<tenon::query::Clause, C>>>
    : tenon::query::detail::ClauseFormatter {};
