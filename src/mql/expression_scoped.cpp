// $map, $filter, $reduce and $let: expressions with variables of their own.

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

// A user's variable begins with a lower-case letter (or any byte past ASCII).
Result<void> check_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) > 127;
    };
    const bool starts = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || static_cast<unsigned char>(name[0]) > 127);
    bool       good   = starts;
    for (const char c : name) good = good && plain(c);
    if (good) return {};
    return mql_error(code::failed_to_parse, "'" + std::string(name) + "' is no valid name of a variable");
}

Result<NodePointer> part(bson::View spec, std::string_view name, const Scope& scope) {
    const ValueRef value = spec[name];
    return value.missing() ? Result<NodePointer>(NodePointer()) : parse_expression(value, scope);
}

Result<void> check_names(const ExpressionNode& into, ValueRef argument, std::initializer_list<std::string_view> names, int not_object, int unknown) {
    if (argument.type() != Type::document) return mql_error(not_object, std::string(into.op) + " only supports an object as its argument");
    for (const auto& element : argument.as_view()) {
        bool known = false;
        for (const auto name : names) known = known || name == element.key;
        if (!known) return mql_error(unknown, "unrecognized parameter to " + std::string(into.op) + ": " + std::string(element.key));
    }
    return {};
}

Result<std::string> as_name(bson::View spec) {
    const ValueRef as = spec["as"];
    if (as.missing()) return std::string("this");
    std::string name(as.type() == Type::string ? as.as_string() : std::string_view());
    if (auto checked = check_name(name); !checked) return fail(std::move(checked.error()));
    return name;
}

// Arguments: input, and what is evaluated for each element ($filter: its limit too).
Result<void> parse_over(ExpressionNode& into, ValueRef argument, const Scope& scope, std::string_view body, int no_input, int no_body) {
    const bson::View spec  = argument.as_view();
    auto             input = part(spec, "input", scope);
    if (!input) return fail(std::move(input.error()));
    if (!*input) return mql_error(no_input, "missing 'input' parameter to " + std::string(into.op));
    auto name = as_name(spec);
    if (!name) return fail(std::move(name.error()));
    Scope inner = scope;
    into.slots.push_back(inner.bind(std::move(*name)));
    auto each = part(spec, body, inner);
    if (!each) return fail(std::move(each.error()));
    if (!*each) return mql_error(no_body, "missing '" + std::string(body) + "' parameter to " + std::string(into.op));
    into.arguments.push_back(std::move(*input));
    into.arguments.push_back(std::move(*each));
    return {};
}

Result<void> parse_map(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (auto checked = check_names(into, argument, {"input", "as", "in"}, 16878, 16879); !checked) return checked;
    return parse_over(into, argument, scope, "in", 16880, 16882);
}

Result<void> parse_filter(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (auto checked = check_names(into, argument, {"input", "as", "cond", "limit"}, 28646, 28647); !checked) return checked;
    if (!argument.as_view()["limit"].missing()) return unsupported("$filter's limit");
    return parse_over(into, argument, scope, "cond", 28648, 28650);
}

Evaluated map(Frame& frame, const ExpressionNode& self) {
    auto input = argument(frame, self, 0);
    if (!input) return input;
    if (is_nullish(*input)) return null_value();
    if (input->type() != Type::array) return mql_error(16883, "input to $map must be an array, not " + type_name(*input));
    std::vector<ValueRef> out;
    for (const auto& element : input->as_view()) {
        frame.bind(self.slots[0], element.value);
        auto value = argument(frame, self, 1);
        if (!value) return value;
        out.push_back(*value);
    }
    return make_array(frame, out);
}

Evaluated filter(Frame& frame, const ExpressionNode& self) {
    auto input = argument(frame, self, 0);
    if (!input) return input;
    if (is_nullish(*input)) return null_value();
    if (input->type() != Type::array) return mql_error(28651, "input to $filter must be an array, not " + type_name(*input));
    std::vector<ValueRef> out;
    for (const auto& element : input->as_view()) {
        frame.bind(self.slots[0], element.value);
        auto keep = argument(frame, self, 1);
        if (!keep) return keep;
        if (keep->truthy()) out.push_back(element.value);
    }
    return make_array(frame, out);
}

// Arguments: input, initialValue, in. Slots: this, value.
Result<void> parse_reduce(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (auto checked = check_names(into, argument, {"input", "initialValue", "in"}, 40075, 40076); !checked) return checked;
    Scope inner = scope;
    into.slots.push_back(inner.bind("this"));
    into.slots.push_back(inner.bind("value"));
    constexpr std::pair<std::string_view, int> parts[] = {{"input", 40077}, {"initialValue", 40078}, {"in", 40079}};
    for (const auto& [name, missing] : parts) {
        auto parsed = part(argument.as_view(), name, name == "in" ? inner : scope);
        if (!parsed) return fail(std::move(parsed.error()));
        if (!*parsed) return mql_error(missing, "missing '" + std::string(name) + "' parameter to $reduce");
        into.arguments.push_back(std::move(*parsed));
    }
    return {};
}

Evaluated reduce(Frame& frame, const ExpressionNode& self) {
    auto input = argument(frame, self, 0);
    if (!input) return input;
    if (is_nullish(*input)) return null_value();
    if (input->type() != Type::array) return mql_error(40080, "$reduce requires that 'input' be an array, found: " + type_name(*input));
    auto value = argument(frame, self, 1);
    for (const auto& element : input->as_view()) {
        if (!value) return value;
        frame.bind(self.slots[0], element.value);
        frame.bind(self.slots[1], *value);
        value = argument(frame, self, 2);
    }
    return value;
}

// Arguments: the variables' values, then the body.
Result<void> parse_let(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    if (auto checked = check_names(into, argument, {"vars", "in"}, 16874, 16875); !checked) return checked;
    const ValueRef vars = argument.as_view()["vars"];
    if (vars.missing()) return mql_error(16876, "missing 'vars' parameter to $let");
    if (argument.as_view()["in"].missing()) return mql_error(16877, "missing 'in' parameter to $let");
    if (vars.type() != Type::document) return mql_error(10065, "$let's 'vars' must be an object");
    Scope inner = scope;
    for (const auto& element : vars.as_view()) {
        if (auto checked = check_name(element.key); !checked) return checked;
        auto parsed = parse_expression(element.value, scope);
        if (!parsed) return fail(std::move(parsed.error()));
        into.slots.push_back(inner.bind(std::string(element.key)));
        into.arguments.push_back(std::move(*parsed));
    }
    auto body = parse_expression(argument.as_view()["in"], inner);
    if (!body) return fail(std::move(body.error()));
    into.arguments.push_back(std::move(*body));
    return {};
}

Evaluated let(Frame& frame, const ExpressionNode& self) {
    for (std::size_t i = 0; i < self.slots.size(); ++i) {
        auto value = argument(frame, self, i);
        if (!value) return value;
        frame.bind(self.slots[i], *value);
    }
    return argument(frame, self, self.slots.size());
}

}  // namespace

std::span<const OperatorSpec> scoped_operators() {
    static constexpr OperatorSpec table[] = {
        {"$map", 0, any_number, map, 0, Grouping::none, false, parse_map},
        {"$filter", 0, any_number, filter, 0, Grouping::none, false, parse_filter},
        {"$reduce", 0, any_number, reduce, 0, Grouping::none, false, parse_reduce},
        {"$let", 0, any_number, let, 0, Grouping::none, false, parse_let},
    };
    return table;
}

}  // namespace tenon::mql
