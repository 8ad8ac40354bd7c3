#include "mql/sort.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <tenon/bson/compare.hpp>

#include "mql/decimal_math.hpp"
#include "mql/mql_error.hpp"

namespace tenon::mql {

namespace {

using bson::Type;
using bson::ValueRef;
using bson::View;

constexpr int         too_many_fields   = 13103;
constexpr int         illegal_direction = 15974;
constexpr int         wrong_direction   = 15975;
constexpr int         empty_part        = 15998;
constexpr int         dollar_part       = 16410;
constexpr int         only_meta         = 17312;
constexpr int         empty_path        = 40352;
constexpr int         ends_with_dot     = 40353;
constexpr std::size_t longest_path      = 200;

Result<void> check_path(const FieldPath& path) {
    const std::string& text = path.text();
    if (path.empty()) return mql_error(empty_path, "FieldPath cannot be constructed with empty string");
    if (text.back() == '.') return mql_error(ends_with_dot, "FieldPath must not end with a '.'", text);
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string_view part = path[i];
        if (part.empty()) return mql_error(empty_part, "FieldPath field names may not be empty strings", text);
        if (part.front() == '$' && part != "$id" && part != "$ref" && part != "$db") {
            return mql_error(dollar_part, "FieldPath field names may not start with '$'", text);
        }
    }
    if (path.size() > longest_path) return mql_error(code::overflow, "FieldPath is too long", text);
    return {};
}

/// The whole number that MongoDB takes for a direction: of a double what stands before its point, of a decimal the nearest.
double whole(ValueRef number, double as_double) noexcept {
    if (number.type() != Type::decimal128) return std::trunc(as_double);
    return decimal_to_double(round_integral(number.as_decimal128(), DecimalRounding::nearest_even));
}

Result<bool> is_descending(const bson::Element& element) {
    if (element.value.type() == Type::document) {
        const View meta = element.value.as_view();
        if (meta.empty() || meta.begin()->key != "$meta") {
            return mql_error(only_meta, "$meta is the only expression supported by $sort right now", std::string(element.key));
        }
        return unsupported("a sort by $meta", std::string(element.key));
    }
    const auto number = element.value.to_double();
    if (!number) return mql_error(illegal_direction, "Illegal key in $sort specification", std::string(element.key));
    const double direction = whole(element.value, *number);
    if (direction != 1 && direction != -1) {
        return mql_error(wrong_direction, "$sort key ordering must be 1 (for ascending) or -1 (for descending)",
                         std::string(element.key));
    }
    return direction < 0;
}

int compare_values(const KeyPattern& pattern, IndexKey a, IndexKey b) noexcept {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (const int order = bson::compare(a[i], b[i]); order != 0) return pattern.parts[i].descending ? -order : order;
    }
    return 0;
}

}  // namespace

Result<Sort> Sort::parse(View spec) {
    KeyPattern  pattern;
    std::size_t fields = 0;
    for (const auto& element : spec) {
        if (element.key == "$natural") return unsupported("a sort by $natural", "$natural");
        const auto descending = is_descending(element);
        if (!descending) return fail(descending.error());
        FieldPath path(element.key);
        if (auto good = check_path(path); !good) return fail(std::move(good.error()));
        if (++fields > max_key_parts) return mql_error(too_many_fields, "too many compound keys");
        if (std::ranges::any_of(pattern.parts, [&](const KeyPart& part) { return part.path == path; })) continue;
        pattern.parts.push_back({std::move(path), *descending});
    }
    return Sort(std::move(pattern));
}

Result<SortKey> Sort::key(View document) const {
    SortKey key;
    key.values.reserve(pattern_.parts.size());
    if (key_without_arrays(document, pattern_, key.values)) return key;
    IndexKeys keys;
    if (auto made = index_keys(document, pattern_, keys); !made) {
        if (made.error().server.code == code::cannot_index_parallel_arrays) {
            return mql_error(code::bad_value, "cannot sort with keys that are parallel arrays", made.error().path);
        }
        return fail(std::move(made.error()));
    }
    IndexKey first = keys[0];
    for (std::size_t i = 1; i < keys.size(); ++i) {
        if (compare_values(pattern_, keys[i], first) < 0) first = keys[i];
    }
    key.values.assign(first.begin(), first.end());
    return key;
}

int Sort::compare(const SortKey& a, const SortKey& b) const noexcept { return compare_values(pattern_, a.values, b.values); }

Result<int> Sort::compare(View a, View b) const {
    const auto left = key(a);
    if (!left) return fail(left.error());
    const auto right = key(b);
    if (!right) return fail(right.error());
    return compare(*left, *right);
}

bson::Document Sort::own(const SortKey& key) {
    bson::Builder builder;
    for (const ValueRef value : key.values) builder.append("", value);
    return builder.take();
}

}  // namespace tenon::mql
