#include "sqlite/implication.hpp"

#include <algorithm>

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"

namespace tenon::sqlite {

namespace {

using mql::Node;
using mql::Op;

bool scalar(bson::ValueRef value) noexcept {
    switch (value.type()) {
        case bson::Type::missing:
        case bson::Type::undefined:
        case bson::Type::null:
        case bson::Type::array:
        case bson::Type::min_key:
        case bson::Type::max_key: return false;
        default:                  return true;
    }
}

bool nan(bson::ValueRef value) noexcept {
    const auto number = value.to_double();
    return number && *number != *number;
}

bool comparison(Op op) noexcept { return op == Op::lt || op == Op::lte || op == Op::gt || op == Op::gte; }

/// Whether a value that equals `value` satisfies the comparison.
bool satisfies(bson::ValueRef value, const Node& wanted) noexcept {
    const auto operand = wanted.operand.ref();
    if (!scalar(value) || !scalar(operand) || nan(value) || nan(operand)) return false;
    if (bson::bracket(value.type()) != bson::bracket(operand.type())) return false;
    const int order = bson::compare(value, operand);
    switch (wanted.op) {
        case Op::eq:  return order == 0;
        case Op::lt:  return order < 0;
        case Op::lte: return order <= 0;
        case Op::gt:  return order > 0;
        case Op::gte: return order >= 0;
        default:      return false;
    }
}

/// Whether a range lies within another that is open on the same side.
bool range_within(const Node& query, const Node& wanted) noexcept {
    const auto q = query.operand.ref();
    const auto w = wanted.operand.ref();
    if (!scalar(q) || !scalar(w) || nan(q) || nan(w) || bson::bracket(q.type()) != bson::bracket(w.type())) return false;
    const int  order = bson::compare(q, w);
    const bool up_q  = query.op == Op::gt || query.op == Op::gte;
    const bool up_w  = wanted.op == Op::gt || wanted.op == Op::gte;
    if (up_q != up_w) return false;
    if (order == 0) return query.op == wanted.op || query.op == Op::gt || query.op == Op::lt;
    return up_q ? order > 0 : order < 0;
}

bool same(const Node& a, const Node& b) {
    if (a.op != b.op || !(a.path == b.path) || !(a.operand == b.operand) || a.values.size() != b.values.size() ||
        a.children.size() != b.children.size() || !a.patterns.empty() || !b.patterns.empty() || a.expression || b.expression) {
        return false;
    }
    if (a.divisor != b.divisor || a.number != b.number || a.bit_mask != b.bit_mask || a.bit_positions != b.bit_positions) return false;
    for (int type = 0; type < 256; ++type) {
        const auto byte = static_cast<std::uint8_t>(type);
        if (bson::is_known(byte) && a.types.contains(static_cast<bson::Type>(byte)) != b.types.contains(static_cast<bson::Type>(byte))) return false;
    }
    return std::equal(a.values.begin(), a.values.end(), b.values.begin()) &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), same);
}

// A field's condition in a partial index's filter, as it was written: $in may be of patterns or of nothing, where the parsed tree
// has other nodes for them.
bool may_be_partial(bson::ValueRef condition) {
    if (condition.type() == bson::Type::regex) return false;
    if (condition.type() != bson::Type::document || condition.as_view().empty() || !condition.as_view().begin()->key.starts_with('$')) return true;
    static constexpr std::string_view allowed[] = {"$eq", "$lt", "$lte", "$gt", "$gte", "$in", "$type"};
    for (const auto& [op, operand] : condition.as_view()) {
        if (op == "$exists" && operand.truthy()) continue;
        if (op == "$all" && operand.type() == bson::Type::array && !operand.as_view().empty()) {
            for (const auto& element : operand.as_view()) {
                const bool matches = element.value.type() == bson::Type::document && !element.value.as_view().empty() &&
                                     element.value.as_view().begin()->key == "$elemMatch";
                if (matches || element.value.type() == bson::Type::regex) return false;
            }
            continue;
        }
        if (std::find(std::begin(allowed), std::end(allowed), op) == std::end(allowed)) return false;
    }
    return true;
}

bool leaf_implies(const Node& query, const Node& wanted) {
    if (!(query.path == wanted.path)) return false;
    if (wanted.op == Op::exists) return implies_exists(query, wanted.path);
    if (query.op == Op::eq) {
        if (wanted.op == Op::eq && bson::equal(query.operand, wanted.operand)) return true;
        if (comparison(wanted.op) || wanted.op == Op::eq) return satisfies(query.operand, wanted);
        if (wanted.op == Op::in) {
            return std::any_of(wanted.values.begin(), wanted.values.end(), [&](const bson::Value& v) { return bson::equal(v, query.operand); });
        }
        return false;
    }
    if (query.op == Op::in && query.patterns.empty() && !query.values.empty()) {
        return std::all_of(query.values.begin(), query.values.end(), [&](const bson::Value& value) {
            Node one;
            one.op      = Op::eq;
            one.path    = query.path;
            one.operand = value;
            return leaf_implies(one, wanted);
        });
    }
    return comparison(query.op) && comparison(wanted.op) && range_within(query, wanted);
}

}  // namespace

bool implies(const Node& query, const Node& wanted) {
    if (wanted.op == Op::always_true || query.op == Op::always_false) return true;
    if (wanted.op == Op::and_) {
        return std::all_of(wanted.children.begin(), wanted.children.end(), [&](const Node& child) { return implies(query, child); });
    }
    if (same(query, wanted)) return true;
    if (query.op == Op::or_) {
        return std::all_of(query.children.begin(), query.children.end(), [&](const Node& child) { return implies(child, wanted); });
    }
    if (wanted.op == Op::or_ &&
        std::any_of(wanted.children.begin(), wanted.children.end(), [&](const Node& child) { return implies(query, child); })) {
        return true;
    }
    if (query.op == Op::and_) {
        return std::any_of(query.children.begin(), query.children.end(), [&](const Node& child) { return implies(child, wanted); });
    }
    return leaf_implies(query, wanted);
}

bool implies_exists(const Node& query, const mql::FieldPath& path) {
    switch (query.op) {
        case Op::and_:
            return std::any_of(query.children.begin(), query.children.end(), [&](const Node& child) { return implies_exists(child, path); });
        case Op::or_:
            return std::all_of(query.children.begin(), query.children.end(), [&](const Node& child) { return implies_exists(child, path); });
        case Op::always_false: return true;
        case Op::exists:
        case Op::regex:
        case Op::mod:
        case Op::size:
        case Op::bits_all_set:
        case Op::bits_all_clear:
        case Op::bits_any_set:
        case Op::bits_any_clear:
        case Op::type:
        case Op::elem_match_object:
        case Op::elem_match_value: return query.path == path;
        case Op::eq: return query.path == path && query.operand.type() != bson::Type::null && query.operand.type() != bson::Type::undefined;
        case Op::lt:
        case Op::lte:
        case Op::gt:
        case Op::gte: return query.path == path && scalar(query.operand);
        case Op::in:
            return query.path == path && std::all_of(query.values.begin(), query.values.end(), [](const bson::Value& value) {
                       return value.type() != bson::Type::null && value.type() != bson::Type::undefined;
                   });
        default: return false;
    }
}

Result<void> check_partial_filter(bson::View filter) {
    const auto refused = [](std::string_view path) {
        return mql::mql_error(mql::code::cannot_create_index,
                              "a partial index's filter may hold equality, comparisons, $in, $exists: true, $type, $and and $or only", std::string(path));
    };
    for (const auto& [key, value] : filter) {
        if (key == "$and" || key == "$or") {
            for (const auto& branch : value.as_view()) {
                if (auto allowed = check_partial_filter(branch.value.as_view()); !allowed) return allowed;
            }
        } else if (key.starts_with('$') ? key != "$comment" : !may_be_partial(value)) {
            return refused(key);
        }
    }
    return {};
}

}  // namespace tenon::sqlite
