#pragma once
// fmt formatters of the values of BSON. `{}` prints the value's text; documents and values also take `{:c}`:
// canonical Extended JSON instead of relaxed.

#include <string>
#include <string_view>

#include <fmt/core.h>

#include <tenon/bson/document.hpp>

namespace tenon::bson::detail {

[[nodiscard]] std::string printed(const ObjectId& value);
[[nodiscard]] std::string printed(DateTime value);
[[nodiscard]] std::string printed(const Decimal128& value);
[[nodiscard]] std::string printed(const Uuid& value);
[[nodiscard]] std::string printed(const Binary& value);   // as Extended JSON
[[nodiscard]] std::string printed(const Regex& value);    // /pattern/options
[[nodiscard]] std::string printed(const Code& value);     // the source
[[nodiscard]] std::string printed(Timestamp value);       // Timestamp(seconds, increment)
[[nodiscard]] std::string printed(MinKey);
[[nodiscard]] std::string printed(MaxKey);
[[nodiscard]] std::string printed(Null);
[[nodiscard]] std::string printed(Type type);             // the alias of `$type`
[[nodiscard]] std::string printed(View value, bool canonical);
[[nodiscard]] std::string printed(ValueRef value, bool canonical);

// fmt's own formatter of strings has its body in fmt/format.h, which is too heavy for a public header.
struct PlainFormatter {
    constexpr auto parse(fmt::format_parse_context& context) -> decltype(context.begin()) {
        if (context.begin() != context.end() && *context.begin() != '}') context.on_error("this type takes no format options");
        return context.begin();
    }
    template <class T, class Context>
    auto format(const T& value, Context& context) const -> decltype(context.out()) {
        return write(printed(value), context.out());
    }

protected:
    template <class Out>
    static Out write(std::string_view text, Out out) {
        for (const char c : text) *out++ = c;
        return out;
    }
};

struct JsonFormatter : PlainFormatter {
    constexpr auto parse(fmt::format_parse_context& context) -> decltype(context.begin()) {
        auto at = context.begin();
        if (at != context.end() && *at == 'c') {
            canonical_ = true;
            ++at;
        }
        if (at != context.end() && *at != '}') context.on_error("documents take no format option but c (canonical)");
        return at;
    }
    template <class T, class Context>
    auto format(const T& value, Context& context) const -> decltype(context.out()) {
        return write(printed(value, canonical_), context.out());
    }

private:
    bool canonical_ = false;
};

}  // namespace tenon::bson::detail

// clang-format off
template <> struct fmt::formatter<tenon::bson::ObjectId>   : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::DateTime>   : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Decimal128> : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Uuid>       : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Binary>     : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Regex>      : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Code>       : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Timestamp>  : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::MinKey>     : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::MaxKey>     : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Null>       : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::Type>       : tenon::bson::detail::PlainFormatter {};
template <> struct fmt::formatter<tenon::bson::View>       : tenon::bson::detail::JsonFormatter {};
template <> struct fmt::formatter<tenon::bson::ValueRef>   : tenon::bson::detail::JsonFormatter {};
// clang-format on
template <>
struct fmt::formatter<tenon::bson::Document> : tenon::bson::detail::JsonFormatter {
    template <class Context>
    auto format(const tenon::bson::Document& document, Context& context) const -> decltype(context.out()) {
        return JsonFormatter::format(document.view(), context);
    }
};
template <>
struct fmt::formatter<tenon::bson::Value> : tenon::bson::detail::JsonFormatter {
    template <class Context>
    auto format(const tenon::bson::Value& value, Context& context) const -> decltype(context.out()) {
        return JsonFormatter::format(value.ref(), context);
    }
};
