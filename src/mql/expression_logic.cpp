// Comparisons, booleans and branches.

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

enum Comparison : int { eq, ne, gt, gte, lt, lte, cmp };

Evaluated compare(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    const int order = compare_values((*values)[0], (*values)[1]);
    switch (self.mode) {
        case eq: return make_bool(frame, order == 0);
        case ne: return make_bool(frame, order != 0);
        case gt: return make_bool(frame, order > 0);
        case gte: return make_bool(frame, order >= 0);
        case lt: return make_bool(frame, order < 0);
        case lte: return make_bool(frame, order <= 0);
        default: return frame.keep(bson::Value(std::int32_t{order < 0 ? -1 : order > 0 ? 1 : 0}));
    }
}

// mode: the value that decides. $and ends at the first false, $or at the first true.
Evaluated and_or(Frame& frame, const ExpressionNode& self) {
    const bool decides = self.mode != 0;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto value = argument(frame, self, i);
        if (!value) return value;
        if (value->truthy() == decides) return make_bool(frame, decides);
    }
    return make_bool(frame, !decides);
}

Evaluated not_(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    return make_bool(frame, !value->truthy());
}

Result<void> parse_cond(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    static constexpr std::string_view names[] = {"if", "then", "else"};
    if (argument.type() == Type::document) {
        if (auto named = parse_named(into, argument, scope, names, 17083, 17083); !named) return named;
        if (!into.arguments[0]) return mql_error(17080, "missing 'if' parameter to $cond");
        if (!into.arguments[1]) return mql_error(17081, "missing 'then' parameter to $cond");
        if (!into.arguments[2]) return mql_error(17082, "missing 'else' parameter to $cond");
        return {};
    }
    if (argument.type() != Type::array || argument.as_view().count() != 3) {
        return mql_error(16020, "expression $cond takes exactly 3 arguments");
    }
    for (const auto& element : argument.as_view()) {
        auto parsed = parse_expression(element.value, scope);
        if (!parsed) return fail(std::move(parsed.error()));
        into.arguments.push_back(std::move(*parsed));
    }
    return {};
}

Evaluated cond(Frame& frame, const ExpressionNode& self) {
    auto test = argument(frame, self, 0);
    if (!test) return test;
    return argument(frame, self, test->truthy() ? 1 : 2);
}

Evaluated if_null(Frame& frame, const ExpressionNode& self) {
    for (std::size_t i = 0; i + 1 < self.arguments.size(); ++i) {
        auto value = argument(frame, self, i);
        if (!value || !is_nullish(*value)) return value;
    }
    return argument(frame, self, self.arguments.size() - 1);
}

Result<void> parse_if_null(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (argument.type() != Type::array || argument.as_view().count() < 2) {
        return mql_error(1257300, "$ifNull needs two arguments or more");
    }
    for (const auto& element : argument.as_view()) {
        auto parsed = parse_expression(element.value, scope);
        if (!parsed) return fail(std::move(parsed.error()));
        into.arguments.push_back(std::move(*parsed));
    }
    return {};
}

// Arguments: case, then, case, then, ..., and the default last (null when there is none).
Result<void> parse_switch(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (argument.type() != Type::document) return mql_error(40060, "$switch requires an object as its argument");
    NodePointer otherwise;
    for (const auto& element : argument.as_view()) {
        if (element.key == "default") {
            auto parsed = parse_expression(element.value, scope);
            if (!parsed) return fail(std::move(parsed.error()));
            otherwise = std::move(*parsed);
            continue;
        }
        if (element.key != "branches") {
            return mql_error(40067, "$switch found an unknown argument: " + std::string(element.key));
        }
        if (element.value.type() != Type::array) return mql_error(40061, "$switch expected an array for 'branches'");
        for (const auto& branch : element.value.as_view()) {
            if (branch.value.type() != Type::document) return mql_error(40062, "$switch expected each branch to be an object");
            NodePointer parts[2];
            for (const auto& part : branch.value.as_view()) {
                if (part.key != "case" && part.key != "then") {
                    return mql_error(40063, "$switch found an unknown argument to a branch: " + std::string(part.key));
                }
                auto parsed = parse_expression(part.value, scope);
                if (!parsed) return fail(std::move(parsed.error()));
                parts[part.key == "then" ? 1 : 0] = std::move(*parsed);
            }
            if (!parts[0]) return mql_error(40064, "$switch requires each branch to have a 'case'");
            if (!parts[1]) return mql_error(40065, "$switch requires each branch to have a 'then'");
            into.arguments.push_back(std::move(parts[0]));
            into.arguments.push_back(std::move(parts[1]));
        }
    }
    if (into.arguments.empty()) return mql_error(40068, "$switch requires at least one branch");
    into.arguments.push_back(std::move(otherwise));
    return {};
}

Evaluated switch_(Frame& frame, const ExpressionNode& self) {
    for (std::size_t i = 0; i + 1 < self.arguments.size(); i += 2) {
        auto test = argument(frame, self, i);
        if (!test) return test;
        if (test->truthy()) return argument(frame, self, i + 1);
    }
    if (!self.arguments.back()) {
        return mql_error(40066, "$switch could not find a matching branch, and no default was given");
    }
    return argument(frame, self, self.arguments.size() - 1);
}

}  // namespace

std::span<const OperatorSpec> logic_operators() {
    static constexpr OperatorSpec table[] = {
        {"$eq", 2, 2, compare, eq},
        {"$ne", 2, 2, compare, ne},
        {"$gt", 2, 2, compare, gt},
        {"$gte", 2, 2, compare, gte},
        {"$lt", 2, 2, compare, lt},
        {"$lte", 2, 2, compare, lte},
        {"$cmp", 2, 2, compare, cmp},
        {"$and", 0, any_number, and_or, 0, Grouping::any_order},
        {"$or", 0, any_number, and_or, 1, Grouping::any_order},
        {"$not", 1, 1, not_},
        {"$cond", 3, 3, cond, 0, Grouping::none, false, parse_cond},
        {"$ifNull", 2, any_number, if_null, 0, Grouping::none, false, parse_if_null},
        {"$switch", 0, any_number, switch_, 0, Grouping::none, false, parse_switch},
    };
    return table;
}

}  // namespace tenon::mql
