// Conditions of evaluation operators: $regex, $mod, $bits*, $expr.

#include <algorithm>
#include <limits>

#include <tenon/query/field.hpp>

#include "query/condition.hpp"

namespace tenon::query::detail {

namespace {

// An expression's path sees fields only: no index into an array, no step of an update.
bool is_expression_path(std::string_view path) {
    while (true) {
        const auto part = path.substr(0, path.find('.'));
        if (part.empty() || part.front() == '$' || std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; })) return false;
        if (part.size() == path.size()) return true;
        path.remove_prefix(part.size() + 1);
    }
}

}  // namespace

FilterBase regex_condition(const PathRef& path, std::string_view pattern, std::string_view options) {
    if (pattern.find('\0') != pattern.npos) return FilterBase(mistake_at(path.text, "a pattern cannot hold NUL"));
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (std::string_view("imsx").find(options[i]) == std::string_view::npos || options.find(options[i], i + 1) != options.npos) {
            return FilterBase(mistake_at(path.text, "regex takes options of i, m, s and x, each once"));
        }
    }
    return conditioned(path, [&](bson::Builder& b) {
        b.append("$regex", pattern);
        if (!options.empty()) b.append("$options", options);
    });
}

FilterBase prefix_condition(const PathRef& path, std::string_view prefix) {
    std::string pattern = "^";
    for (const char c : prefix) {
        if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos) pattern += '\\';
        pattern += c;
    }
    return regex_condition(path, pattern, {});
}

FilterBase mod_condition(const PathRef& path, std::int64_t divisor, std::int64_t remainder) {
    if (divisor == 0) return FilterBase(mistake_at(path.text, "mod takes a divisor that is not zero"));
    return conditioned(path, [&](bson::Builder& b) { b.open_array("$mod").push(divisor).push(remainder).close(); });
}

FilterBase bits_condition(const PathRef& path, std::string_view op, std::uint64_t mask) {
    if (mask > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return FilterBase(mistake_at(path.text, "a mask of bits is below 2^63; name higher ones by position"));
    }
    return conditioned(path, [&](bson::Builder& b) { b.append(op, static_cast<std::int64_t>(mask)); });
}

FilterBase bits_condition(const PathRef& path, std::string_view op, std::span<const std::uint32_t> positions) {
    for (const std::uint32_t position : positions) {
        if (position > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max())) {
            return FilterBase(mistake_at(path.text, "a bit's position is below 2^31"));
        }
    }
    return conditioned(path, [&](bson::Builder& b) {
        b.open_array(op);
        for (const std::uint32_t position : positions) b.push(static_cast<std::int32_t>(position));
        b.close();
    });
}

FilterBase field_comparison(const PathRef& a, std::string_view op, const PathRef& b) {
    for (const PathRef* path : {&a, &b}) {
        if (path->error) return FilterBase(*path->error);
        if (!is_expression_path(path->text)) {
            return FilterBase(mistake_at(path->text, "an expression cannot look into an array by index"));
        }
    }
    bson::Builder builder;
    builder.open_document("$expr").open_array(op);
    builder.push(std::string(1, '$').append(a.text)).push(std::string(1, '$').append(b.text));
    return built<FilterBase>(builder.close().close());
}

}  // namespace tenon::query::detail
