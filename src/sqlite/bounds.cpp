#include "sqlite/bounds.hpp"

#include <algorithm>
#include <cmath>

#include "sqlite/keys.hpp"

namespace tenon::sqlite {

namespace {

using bson::Type;
using bson::ValueRef;
using mql::Node;
using mql::Op;

std::string tag(Tag at) { return std::string(1, static_cast<char>(at)); }
std::string tag_after(Tag at) { return std::string(1, static_cast<char>(static_cast<unsigned>(at) + 1U)); }

Interval between(Tag low, Tag high) { return {tag(low), tag_after(high), false}; }
Interval all_numbers() { return between(Tag::nan, Tag::pos_inf); }
Interval all_texts() { return between(Tag::text, Tag::text); }
Interval all_patterns() { return between(Tag::regex, Tag::regex); }

/// All values of a type's bracket.
std::optional<Interval> bracket_of(Type type) {
    switch (type) {
        case Type::float64:
        case Type::int32:
        case Type::int64:
        case Type::decimal128: return all_numbers();
        case Type::string:
        case Type::symbol:     return all_texts();
        case Type::document:   return between(Tag::document, Tag::document);
        case Type::binary:     return between(Tag::binary, Tag::binary);
        case Type::object_id:  return between(Tag::object_id, Tag::object_id);
        case Type::boolean:    return between(Tag::bool_false, Tag::bool_true);
        case Type::datetime:   return between(Tag::datetime, Tag::datetime);
        case Type::timestamp:  return between(Tag::timestamp, Tag::timestamp);
        case Type::regex:      return all_patterns();
        case Type::db_pointer: return between(Tag::db_pointer, Tag::db_pointer);
        case Type::code:       return between(Tag::code, Tag::code);
        case Type::code_scope: return between(Tag::code_scope, Tag::code_scope);
        case Type::min_key:    return between(Tag::min_key, Tag::min_key);
        case Type::max_key:    return between(Tag::max_key, Tag::max_key);
        case Type::undefined:
        case Type::missing:
        case Type::null:       return between(Tag::undefined, Tag::null);
        case Type::array:      return std::nullopt;  // an array's elements are its entries
    }
    return std::nullopt;
}

void normalise(std::vector<Interval>& intervals) {
    std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.low < b.low; });
    std::vector<Interval> merged;
    for (auto& next : intervals) {
        if (!merged.empty()) {
            auto& last = merged.back();
            // Neighbouring points stay points: they are worth more to a compound index than one wider range.
            const bool overlap = last.high.empty() || next.low < last.high || (next.low == last.high && !(last.point && next.point));
            if (overlap) {
                if (last.point && next.point) continue;  // the same point: points overlap in no other way
                const bool wider = !last.high.empty() && (next.high.empty() || next.high > last.high);
                if (wider) last.high = std::move(next.high);
                last.point = false;
                continue;
            }
        }
        merged.push_back(std::move(next));
    }
    intervals = std::move(merged);
}

Bounds points_of_equality(ValueRef value) {
    Bounds bounds;
    switch (value.type()) {
        case Type::null:
        case Type::undefined:
        case Type::missing: {
            // A field that is missing has the key of null, and an empty array's is undefined.
            static const bson::Value null_value{bson::Null{}};
            bounds.intervals.push_back({tag(Tag::undefined), tag_after(Tag::undefined), true});
            bounds.intervals.push_back(Interval::of(null_value));
            return bounds;
        }
        case Type::array: {
            // [1, 2] is met by a field that is this array, whose entries are its elements, and by an array that holds it.
            const auto elements = value.as_view();
            bounds.intervals.push_back(Interval::of(value));
            if (elements.empty()) bounds.intervals.push_back({tag(Tag::undefined), tag_after(Tag::undefined), true});
            else bounds.intervals.push_back(Interval::of(elements.begin()->value));
            normalise(bounds.intervals);
            return bounds;
        }
        case Type::regex:
        case Type::document: bounds.intervals.push_back(Interval::of(value)); return bounds;
        default: break;
    }
    bounds.intervals.push_back(Interval::of(value));
    bounds.exact = true;
    return bounds;
}

std::optional<Bounds> bounds_of_comparison(const Node& node) {
    const auto value = node.operand.ref();
    switch (value.type()) {
        case Type::missing:
        case Type::undefined:
        case Type::null:
        case Type::array:
        case Type::regex:
        case Type::min_key:
        case Type::max_key: {
            const bool null_like = value.type() == Type::null && (node.op == Op::gte || node.op == Op::lte);
            if (null_like) return points_of_equality(value);
            return std::nullopt;
        }
        default: break;
    }
    auto interval = bracket_of(value.type());
    if (!interval) return std::nullopt;
    Bounds bounds;
    bounds.exact = value.type() != Type::document;
    if (value.is_number()) {
        const auto number = value.to_double();
        if (number && std::isnan(*number)) {
            // Only NaN is not above or below NaN, and which operators it satisfies is the matcher's to say.
            bounds.exact = false;
            bounds.intervals.push_back(std::move(*interval));
            return bounds;
        }
        interval->low = tag(Tag::neg_inf);  // NaN is below every number and matches no comparison with one
    }
    auto point = Interval::of(value);
    switch (node.op) {
        case Op::gt:  interval->low = std::move(point.high); break;
        case Op::gte: interval->low = std::move(point.low); break;
        case Op::lt:  interval->high = std::move(point.low); break;
        case Op::lte: interval->high = std::move(point.high); break;
        default:      return std::nullopt;
    }
    if (interval->low < interval->high) bounds.intervals.push_back(std::move(*interval));
    return bounds;
}

/// The literal text that every match of a pattern starts with; empty when there is none that is certain.
std::string literal_prefix(std::string_view pattern, std::string_view options) {
    for (const char option : options) {
        if (option != 's' && option != 'u') return {};
    }
    if (pattern.starts_with("\\A")) pattern.remove_prefix(2);
    else if (pattern.starts_with('^')) pattern.remove_prefix(1);
    else return {};
    // An alternative elsewhere in the pattern may start with other text.
    if (pattern.find('|') != std::string_view::npos) return {};
    std::string text;
    std::size_t last   = 0;  // where the last character began: a quantifier takes all bytes of it
    bool        quoted = false;
    const auto  take   = [&](char byte) {
        if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) last = text.size();
        text += byte;
    };
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (quoted) {
            if (pattern.substr(i).starts_with("\\E")) {
                quoted = false;
                i += 2;
                continue;
            }
            take(c);
            ++i;
            continue;
        }
        if (c == '\\') {
            if (i + 1 == pattern.size()) return {};
            const char next = pattern[i + 1];
            if (next == 'Q') {
                quoted = true;
                i += 2;
                continue;
            }
            if (next == 'E') {
                i += 2;
                continue;
            }
            const bool word = (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
            if (word || static_cast<unsigned char>(next) >= 0x80U) break;
            take(next);
            i += 2;
            continue;
        }
        if (c == '*' || c == '?' || c == '{' || c == '(') {
            text.resize(last);  // the last character may be absent: a quantifier reaches it even past a comment, "(?#...)"
            break;
        }
        if (std::string_view("+.[])^$}").find(c) != std::string_view::npos) break;
        take(c);
        ++i;
    }
    return text;
}

Bounds bounds_of_regex(ValueRef pattern) {
    Bounds     bounds;
    const auto prefix = literal_prefix(pattern.regex_pattern(), pattern.regex_options());
    Interval   texts;
    texts.low = tag(Tag::text);
    append_text_prefix(texts.low, prefix);
    texts.high = after_prefix(texts.low);
    bounds.intervals.push_back(std::move(texts));
    bounds.intervals.push_back(Interval::of(pattern));  // a pattern matches itself, stored as a value
    return bounds;
}

std::optional<Bounds> bounds_of_in(const Node& node) {
    Bounds bounds;
    bounds.exact = node.patterns.empty();
    for (const auto& value : node.values) {
        auto one     = points_of_equality(value);
        bounds.exact = bounds.exact && one.exact;
        for (auto& interval : one.intervals) bounds.intervals.push_back(std::move(interval));
    }
    if (!node.patterns.empty()) {
        bounds.intervals.push_back(all_texts());
        bounds.intervals.push_back(all_patterns());
    }
    normalise(bounds.intervals);
    return bounds;
}

std::optional<Bounds> bounds_of_type(const Node& node) {
    Bounds bounds;
    for (int byte = 1; byte < 256; ++byte) {
        if (!bson::is_known(static_cast<std::uint8_t>(byte)) || !node.types.contains(static_cast<Type>(byte))) continue;
        auto interval = bracket_of(static_cast<Type>(byte));
        if (!interval) return std::nullopt;
        bounds.intervals.push_back(std::move(*interval));
    }
    normalise(bounds.intervals);
    return bounds;
}

/// Bounds of a predicate on values, its path left aside.
std::optional<Bounds> bounds_of_values(const Node& node) {
    switch (node.op) {
        case Op::eq: return points_of_equality(node.operand);
        case Op::lt:
        case Op::lte:
        case Op::gt:
        case Op::gte:   return bounds_of_comparison(node);
        case Op::regex: return bounds_of_regex(node.operand);
        case Op::in:    return bounds_of_in(node);
        case Op::type:  return bounds_of_type(node);
        case Op::mod: {
            Bounds bounds;
            bounds.intervals.push_back(all_numbers());
            return bounds;
        }
        default: return std::nullopt;
    }
}

/// The narrower of two for a scan: points before ranges, few before many.
bool better(const Bounds& a, const Bounds& b) noexcept {
    if (a.points() != b.points()) return a.points();
    return a.intervals.size() < b.intervals.size();
}

std::optional<Bounds> combine(const std::vector<Node>& children, const mql::FieldPath& path, bool multikey) {
    std::optional<Bounds> all;
    for (const auto& child : children) {
        auto one = bounds_of(child, path, multikey);
        if (!one) {
            if (all) all->exact = false;
            continue;
        }
        if (!all) {
            all        = std::move(one);
            all->exact = all->exact && &child == &children.front();
        } else if (multikey) {
            // Each predicate may be met by another element, so only one of them may bound the scan.
            if (better(*one, *all)) all = std::move(one);
            all->exact = false;
        } else {
            all = intersect(*all, *one);
        }
    }
    return all;
}

}  // namespace

Interval Interval::of(ValueRef value) {
    Interval interval;
    append_key(interval.low, value);
    interval.high  = after_prefix(interval.low);
    interval.point = true;
    return interval;
}

bool Bounds::points() const noexcept {
    return std::all_of(intervals.begin(), intervals.end(), [](const Interval& interval) { return interval.point; });
}

std::optional<Bounds> bounds_of(const Node& node, const mql::FieldPath& path, bool multikey) {
    switch (node.op) {
        case Op::always_false: return Bounds{};
        case Op::and_: return combine(node.children, path, multikey);
        case Op::or_: {
            std::optional<Bounds> any;
            for (const auto& child : node.children) {
                auto one = bounds_of(child, path, multikey);
                if (!one) return std::nullopt;
                any = any ? unite(std::move(*any), *one) : std::move(*one);
            }
            return any;
        }
        case Op::not_: {
            // {$exists: false}: what lacks the path has the key of null there.
            const auto& of = node.children.front();
            if (of.op != Op::exists || !(of.path == path)) return std::nullopt;
            return points_of_equality({});
        }
        case Op::elem_match_value: {
            if (!(node.path == path)) return std::nullopt;
            // One element meets all of them, so here they may be intersected.
            std::optional<Bounds> all;
            for (const auto& child : node.children) {
                auto one = bounds_of_values(child);
                if (!one) continue;
                all = all ? intersect(*all, *one) : std::move(*one);
            }
            if (all) all->exact = false;
            return all;
        }
        case Op::elem_match_object: {
            const auto& own = node.path.text();
            if (path.text().size() <= own.size() + 1 || !path.text().starts_with(own) || path.text()[own.size()] != '.') return std::nullopt;
            const mql::FieldPath below(std::string_view(path.text()).substr(own.size() + 1));
            if (mql::is_all_digits(below[0])) return std::nullopt;
            auto inner = bounds_of(node.children.front(), below, true);
            if (inner) inner->exact = false;
            return inner;
        }
        default: break;
    }
    if (!(node.path == path)) return std::nullopt;
    auto bounds = bounds_of_values(node);
    if (bounds && multikey) bounds->exact = false;
    return bounds;
}

Bounds unite(Bounds a, const Bounds& b) {
    a.exact = a.exact && b.exact;
    a.intervals.insert(a.intervals.end(), b.intervals.begin(), b.intervals.end());
    normalise(a.intervals);
    return a;
}

Bounds intersect(const Bounds& a, const Bounds& b) {
    Bounds both;
    both.exact     = a.exact && b.exact;
    std::size_t i  = 0;
    std::size_t j  = 0;
    const auto  ends_before = [](const std::string& x, const std::string& y) { return !x.empty() && (y.empty() || x < y); };
    while (i < a.intervals.size() && j < b.intervals.size()) {
        const auto& x = a.intervals[i];
        const auto& y = b.intervals[j];
        Interval    common;
        common.low  = std::max(x.low, y.low);
        common.high = ends_before(x.high, y.high) ? x.high : y.high;
        if (common.high.empty() || common.low < common.high) {
            // A point cannot be cut: it lies within the other interval.
            common.point = x.point || y.point;
            both.intervals.push_back(std::move(common));
        }
        if (ends_before(x.high, y.high)) ++i;
        else ++j;
    }
    return both;
}

std::vector<Interval> descending(const std::vector<Interval>& intervals) {
    std::vector<Interval> turned;
    turned.reserve(intervals.size());
    for (auto at = intervals.rbegin(); at != intervals.rend(); ++at) {
        Interval interval;
        interval.point = at->point;
        if (at->point) {
            interval.low = at->low;
            invert(interval.low);
            interval.high = after_prefix(interval.low);
        } else {
            // x >= low becomes "not behind all that start with the inverted low", x < high "behind all that start with the inverted high".
            auto low  = at->low;
            auto high = at->high;
            invert(low);
            invert(high);
            interval.low  = high.empty() ? std::string() : after_prefix(std::move(high));
            interval.high = low.empty() ? std::string() : after_prefix(std::move(low));
        }
        turned.push_back(std::move(interval));
    }
    return turned;
}

}  // namespace tenon::sqlite
