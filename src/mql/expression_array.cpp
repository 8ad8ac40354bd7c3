// Arrays: read, cut, joined, and run over with a variable; sets; objects; types.

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::Value;
using bson::ValueRef;

namespace {

Evaluated integer(Frame& frame, std::size_t n) { return frame.keep(Value(static_cast<std::int32_t>(n))); }

Evaluated size(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (value->type() != Type::array) return mql_error(17124, "the argument to $size must be an array, but was of type " + type_name(*value));
    return integer(frame, value->as_view().count());
}

Evaluated in(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if ((*values)[1].type() != Type::array) return mql_error(40081, "$in requires an array as a second argument, found: " + type_name((*values)[1]));
    for (const auto& element : (*values)[1].as_view()) {
        if (compare_values((*values)[0], element.value) == 0) return make_bool(frame, true);
    }
    return make_bool(frame, false);
}

Evaluated is_array(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    return make_bool(frame, value->type() == Type::array);
}

ValueRef element_at(ValueRef array, std::int64_t index) {
    const auto elements = elements_of(array);
    const auto count    = static_cast<std::int64_t>(elements.size());
    if (index < 0) index += count;
    return index < 0 || index >= count ? ValueRef() : elements[static_cast<std::size_t>(index)];
}

Evaluated array_elem_at(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if (is_nullish((*values)[0]) || is_nullish((*values)[1])) return null_value();
    if ((*values)[0].type() != Type::array) return mql_error(28689, "$arrayElemAt's first argument must be an array, but is " + type_name((*values)[0]));
    if (!(*values)[1].is_number()) return mql_error(28690, "$arrayElemAt's second argument must be a number, but is " + type_name((*values)[1]));
    const auto index = (*values)[1].to_int64();
    if (!index || *index > std::numeric_limits<std::int32_t>::max() || *index < std::numeric_limits<std::int32_t>::min()) {
        return mql_error(28691, "$arrayElemAt's second argument must be a 32-bit integer");
    }
    return element_at((*values)[0], *index);
}

// mode: the index.
Evaluated end_element(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (is_nullish(*value)) return null_value();
    if (value->type() != Type::array) return mql_error(28689, std::string(self.op) + "'s argument must be an array, but is " + type_name(*value));
    return element_at(*value, self.mode);
}

std::optional<std::int64_t> as_int32(ValueRef value) {
    const auto n = value.to_int64();
    return n && std::in_range<std::int32_t>(*n) ? n : std::nullopt;
}

Evaluated slice(Frame& frame, const ExpressionNode& self) {
    std::vector<ValueRef> values;
    for (std::size_t i = 0; i < 2; ++i) {
        const auto operand = argument(frame, self, i);
        if (!operand) return operand;
        values.push_back(*operand);
    }
    if (is_nullish(values[0]) || is_nullish(values[1])) return null_value();
    if (values[0].type() != Type::array) return mql_error(28724, "First argument to $slice must be an array, but is of type: " + type_name(values[0]));
    if (!values[1].is_number()) return mql_error(28725, "Second argument to $slice must be numeric, but is of type: " + type_name(values[1]));
    const auto second = as_int32(values[1]);
    if (!second) return mql_error(28726, "Second argument to $slice can't be represented as a 32-bit integer");
    const auto elements = elements_of(values[0]);
    const auto count    = static_cast<std::int64_t>(elements.size());
    std::int64_t first = 0;
    std::int64_t last  = count;
    if (self.arguments.size() == 2) {
        if (*second >= 0) {
            last = std::min(*second, count);
        } else {
            first = std::max<std::int64_t>(count + *second, 0);
        }
    } else {
        auto amount = argument(frame, self, 2);
        if (!amount) return amount;
        if (is_nullish(*amount)) return null_value();
        if (!amount->is_number()) return mql_error(28727, "Third argument to $slice must be numeric, but is of type: " + type_name(*amount));
        const auto third = as_int32(*amount);
        if (!third) return mql_error(28728, "Third argument to $slice can't be represented as a 32-bit integer");
        if (*third <= 0) return mql_error(28729, "Third argument to $slice must be positive");
        first = *second >= 0 ? std::min(*second, count) : std::max<std::int64_t>(count + *second, 0);
        last  = std::min(first + *third, count);
    }
    return make_array(frame, std::vector<ValueRef>(elements.begin() + first, elements.begin() + std::max(first, last)));
}

Evaluated concat_arrays(Frame& frame, const ExpressionNode& self) {
    std::vector<ValueRef> out;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const ValueRef value = *operand;
        if (is_nullish(value)) return null_value();
        if (value.type() != Type::array) return mql_error(28664, "$concatArrays only supports arrays, not " + type_name(value));
        for (const auto& element : value.as_view()) out.push_back(element.value);
    }
    return make_array(frame, out);
}

Evaluated reverse(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (is_nullish(*value)) return null_value();
    if (value->type() != Type::array) return mql_error(34435, "the argument to $reverseArray must be an array, but was of type " + type_name(*value));
    auto elements = elements_of(*value);
    std::reverse(elements.begin(), elements.end());
    return make_array(frame, elements);
}

struct Below {
    bool operator()(ValueRef a, ValueRef b) const noexcept { return compare_values(a, b) < 0; }
};
using ValueSet = std::set<ValueRef, Below>;

ValueSet set_of(ValueRef array) {
    const auto elements = elements_of(array);
    return {elements.begin(), elements.end()};
}

Evaluated sorted_array(Frame& frame, const ValueSet& values) { return make_array(frame, {values.begin(), values.end()}); }

// mode: 1 intersects.
Evaluated set_union(Frame& frame, const ExpressionNode& self) {
    ValueSet out;
    bool     first = true;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const ValueRef value = *operand;
        if (is_nullish(value)) return null_value();
        if (value.type() != Type::array) {
            return mql_error(self.mode != 0 ? 17047 : 17043, std::string(self.op) + " only supports arrays, not " + type_name(value));
        }
        const ValueSet more = set_of(value);
        if (self.mode == 0 || first) {
            out.insert(more.begin(), more.end());
        } else {
            std::erase_if(out, [&](ValueRef v) { return !more.contains(v); });
        }
        first = false;
    }
    return sorted_array(frame, out);
}

Evaluated set_difference(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if (is_nullish((*values)[0]) || is_nullish((*values)[1])) return null_value();
    if ((*values)[0].type() != Type::array) return mql_error(17048, "both operands of $setDifference must be arrays: first is " + type_name((*values)[0]));
    if ((*values)[1].type() != Type::array) return mql_error(17049, "both operands of $setDifference must be arrays: second is " + type_name((*values)[1]));
    ValueSet              seen = set_of((*values)[1]);
    std::vector<ValueRef> out;
    for (const auto& element : (*values)[0].as_view()) {
        if (seen.insert(element.value).second) out.push_back(element.value);
    }
    return make_array(frame, out);
}

Evaluated set_equals(Frame& frame, const ExpressionNode& self) {
    ValueSet first;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        if (operand->type() != Type::array) return mql_error(17044, "all operands of $setEquals must be arrays, one is " + type_name(*operand));
        ValueSet next = set_of(*operand);
        if (i == 0) first = std::move(next);
        else if (!std::equal(first.begin(), first.end(), next.begin(), next.end(), [](ValueRef x, ValueRef y) { return compare_values(x, y) == 0; })) {
            return make_bool(frame, false);
        }
    }
    return make_bool(frame, true);
}

Evaluated set_is_subset(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if ((*values)[0].type() != Type::array) return mql_error(17046, "both operands of $setIsSubset must be arrays: first is " + type_name((*values)[0]));
    if ((*values)[1].type() != Type::array) return mql_error(17042, "both operands of $setIsSubset must be arrays: second is " + type_name((*values)[1]));
    const ValueSet all   = set_of((*values)[1]);
    const auto     wants = elements_of((*values)[0]);
    return make_bool(frame, std::all_of(wants.begin(), wants.end(), [&](ValueRef v) { return all.contains(v); }));
}

// mode: 1 for any, 0 for all.
Evaluated elements_true(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (value->type() != Type::array) {
        return mql_error(self.mode != 0 ? 17041 : 17040, std::string(self.op) + "'s argument must be an array, but is " + type_name(*value));
    }
    const auto elements = elements_of(*value);
    const auto truthy   = [](ValueRef v) { return v.truthy(); };
    return make_bool(frame, self.mode != 0 ? std::any_of(elements.begin(), elements.end(), truthy)
                                           : std::all_of(elements.begin(), elements.end(), truthy));
}

Evaluated type(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    return frame.keep(Value(bson::name(value->type())));
}

Evaluated is_number(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    return make_bool(frame, value->is_number());
}

Evaluated merge_objects(Frame& frame, const ExpressionNode& self) {
    std::vector<bson::Element> fields;
    const auto                 merge = [&](ValueRef value) -> Result<void> {
        if (is_nullish(value)) return {};
        if (value.type() != Type::document) return mql_error(40400, "$mergeObjects requires object inputs, but one is of type " + type_name(value));
        for (const auto& element : value.as_view()) {
            const auto at = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.key == element.key; });
            if (at == fields.end()) {
                fields.push_back(element);
            } else {
                at->value = element.value;
            }
        }
        return {};
    };
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const bool list = self.arguments.size() == 1 && operand->type() == Type::array;
        for (const auto& value : list ? elements_of(*operand) : std::vector<ValueRef>{*operand}) {
            if (auto merged = merge(value); !merged) return fail(std::move(merged.error()));
        }
    }
    bson::Builder builder;
    builder.open_document("v");
    for (const auto& field : fields) builder.append(field.key, field.value);
    builder.close();
    return finish_value(frame, builder, "v");
}

Evaluated object_to_array(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (is_nullish(*value)) return null_value();
    if (value->type() != Type::document) return mql_error(40390, "$objectToArray requires a document input, found: " + type_name(*value));
    bson::Builder builder;
    builder.open_array("v");
    for (const auto& element : value->as_view()) {
        builder.push_document().append("k", element.key).append("v", element.value).close();
    }
    builder.close();
    return finish_value(frame, builder, "v");
}

}  // namespace

std::span<const OperatorSpec> array_operators() {
    static constexpr OperatorSpec table[] = {
        {"$size", 1, 1, size},
        {"$in", 2, 2, in},
        {"$isArray", 1, 1, is_array},
        {"$arrayElemAt", 2, 2, array_elem_at},
        {"$first", 1, 1, end_element, 0},
        {"$last", 1, 1, end_element, -1},
        {"$slice", 2, 3, slice},
        {"$concatArrays", 0, any_number, concat_arrays, 0, Grouping::in_order},
        {"$reverseArray", 1, 1, reverse},
        {"$setUnion", 0, any_number, set_union, 0, Grouping::any_order},
        {"$setIntersection", 0, any_number, set_union, 1, Grouping::any_order},
        {"$setDifference", 2, 2, set_difference},
        {"$setEquals", 2, any_number, set_equals},
        {"$setIsSubset", 2, 2, set_is_subset},
        {"$anyElementTrue", 1, 1, elements_true, 1},
        {"$allElementsTrue", 1, 1, elements_true, 0},
        {"$type", 1, 1, type},
        {"$isNumber", 1, 1, is_number},
        {"$mergeObjects", 0, any_number, merge_objects},
        {"$objectToArray", 1, 1, object_to_array},
    };
    return table;
}

}  // namespace tenon::mql
