// From BSON to a tree of expressions, refused where MongoDB refuses it.

#include <algorithm>
#include <array>
#include <set>

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace node {  // expression.cpp
Evaluated constant(Frame& frame, const ExpressionNode& self);
Evaluated array(Frame& frame, const ExpressionNode& self);
Evaluated object(Frame& frame, const ExpressionNode& self);
Evaluated field(Frame& frame, const ExpressionNode& self);
Evaluated variable(Frame& frame, const ExpressionNode& self);
Evaluated now(Frame& frame, const ExpressionNode& self);
}  // namespace node

namespace {

constexpr int unknown_operator = 168;

NodePointer make_node(Evaluator evaluator) {
    auto made       = std::make_unique<ExpressionNode>();
    made->evaluator = evaluator;
    return made;
}

const OperatorSpec* find_operator(std::string_view name) {
    const std::array tables = {logic_operators(),  arithmetic_operators(), rounding_operators(), accumulator_operators(),
                               string_operators(), array_operators(),      scoped_operators()};
    for (const auto& table : tables) {
        for (const auto& spec : table) {
            if (spec.name == name) return &spec;
        }
    }
    return nullptr;
}

// MongoDB 6.0's expressions that are not built here: the caller hears that it is this store which lacks them.
bool is_known_elsewhere(std::string_view name) {
    static constexpr std::string_view names[] = {
        "$acos", "$acosh", "$accumulator", "$asin", "$asinh", "$atan", "$atan2", "$atanh", "$binarySize", "$bsonSize", "$bottom",
        "$bottomN", "$cos", "$cosh", "$dateAdd", "$dateDiff", "$dateFromParts", "$dateFromString", "$dateSubtract", "$dateToParts",
        "$dateToString", "$dateTrunc", "$degreesToRadians", "$exp", "$firstN", "$function", "$indexOfArray", "$lastN", "$ln", "$locf",
        "$linearFill", "$log", "$log10", "$maxN", "$meta", "$minN", "$pow", "$radiansToDegrees", "$rand", "$range", "$rank",
        "$regexFind", "$regexFindAll", "$regexMatch", "$replaceAll", "$replaceOne", "$sampleRate", "$setField", "$shift", "$sin",
        "$sinh", "$sortArray", "$sqrt", "$stdDevPop", "$stdDevSamp", "$strcasecmp", "$tan", "$tanh", "$toObjectId",
        "$top", "$topN", "$toDate", "$tsIncrement", "$tsSecond", "$unsetField", "$zip", "$convert", "$dayOfYear", "$dayOfMonth", "$dayOfWeek",
        "$hour", "$isoDayOfWeek", "$isoWeek", "$isoWeekYear", "$millisecond", "$minute", "$month", "$second", "$toBool", "$toDecimal",
        "$toDouble", "$toInt", "$toLong", "$toString", "$week", "$year",
        "$getField", "$arrayToObject"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

bool is_expression(std::string_view name) {
    return name == "$literal" || name == "$const" || find_operator(name) != nullptr || is_known_elsewhere(name);
}

Result<void> check_field_path(std::string_view path) {
    if (path.empty()) return mql_error(40352, "a field path cannot be empty");
    if (path.back() == '.') return mql_error(40353, "a field path must not end with a '.'");
    const FieldPath parts(path);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) return mql_error(15998, "the field path '" + std::string(path) + "' has an empty part");
        if (parts[i][0] == '$') return mql_error(16410, "a part of the field path '" + std::string(path) + "' begins with '$'");
        if (parts[i].find('\0') != std::string_view::npos) return mql_error(16411, "a field path holds a null byte");
    }
    return {};
}

namespace {

Result<NodePointer> parse_variable(std::string_view text, const Scope& scope) {
    const std::size_t      dot  = text.find('.');
    const std::string_view name = text.substr(0, dot);
    if (name.empty()) return mql_error(code::failed_to_parse, "empty variable names are not allowed");
    FieldPath path;
    if (dot != std::string_view::npos) {
        if (auto checked = check_field_path(text.substr(dot + 1)); !checked) return fail(std::move(checked.error()));
        path = FieldPath(text.substr(dot + 1));
    }
    NodePointer made;
    if (const auto slot = scope.find(name)) {
        made = make_node(node::variable);
        made->slots.push_back(*slot);
    } else if (name == "ROOT" || name == "CURRENT") {
        made = make_node(node::field);
    } else if (name == "REMOVE") {
        return make_node(node::constant);  // missing, and so is any path in it
    } else if (name == "NOW") {
        return make_node(path.empty() ? node::now : node::constant);
    } else if (name == "CLUSTER_TIME" || name == "DESCEND" || name == "PRUNE" || name == "KEEP") {
        return unsupported("$$" + std::string(name));
    } else {
        return mql_error(17276, "use of undefined variable '" + std::string(name) + "'");
    }
    made->path = std::move(path);
    return made;
}

Result<NodePointer> parse_string(ValueRef expression, const Scope& scope) {
    const std::string_view text = expression.as_string();
    if (text.empty() || text[0] != '$') {
        auto made     = make_node(node::constant);
        made->literal = bson::Value(expression);
        return made;
    }
    if (text.size() == 1) return mql_error(16872, "'$' by itself is not a valid field path");
    if (text[1] == '$') return parse_variable(text.substr(2), scope);
    if (auto checked = check_field_path(text.substr(1)); !checked) return fail(std::move(checked.error()));
    auto made  = make_node(node::field);
    made->path = FieldPath(text.substr(1));
    return made;
}

Result<void> parse_list(ExpressionNode& into, ValueRef argument, const OperatorSpec& spec, const Scope& scope) {
    const auto add = [&](ValueRef value) -> Result<void> {
        auto parsed = parse_expression(value, scope);
        if (!parsed) return fail(std::move(parsed.error()));
        into.arguments.push_back(std::move(*parsed));
        return {};
    };
    if (argument.type() == Type::array) {
        for (const auto& element : argument.as_view()) {
            if (auto added = add(element.value); !added) return added;
        }
    } else if (auto added = add(argument); !added) {
        return added;
    }
    const std::size_t count = into.arguments.size();
    if (count >= spec.least && count <= spec.most) return {};
    if (spec.least == spec.most) {
        return mql_error(16020, "expression " + std::string(spec.name) + " takes exactly " + std::to_string(spec.least) + " arguments, not " +
                         std::to_string(count));
    }
    return mql_error(28667, "expression " + std::string(spec.name) + " takes at least " + std::to_string(spec.least) + " arguments and at most " +
                     std::to_string(spec.most) + ", not " + std::to_string(count));
}

Result<NodePointer> parse_operator(bson::Element element, const Scope& scope) {
    auto made = make_node(node::constant);
    if (element.key == "$literal" || element.key == "$const") {
        made->literal = bson::Value(element.value);
        return made;
    }
    const OperatorSpec* spec = find_operator(element.key);
    if (spec == nullptr) {
        if (is_known_elsewhere(element.key)) return unsupported(element.key);
        return mql_error(unknown_operator, "unrecognized expression '" + std::string(element.key) + "'");
    }
    made->evaluator = spec->evaluator;
    made->op        = spec->name;
    made->mode        = spec->mode;
    made->grouping    = spec->grouping;
    made->accumulates = spec->accumulates;
    auto parsed     = spec->shape != nullptr ? spec->shape(*made, element.value, scope) : parse_list(*made, element.value, *spec, scope);
    if (!parsed) return fail(std::move(parsed.error()));
    return made;
}

Result<NodePointer> parse_object(bson::View document, const Scope& scope) {
    if (!document.empty() && !document.begin()->key.empty() && document.begin()->key[0] == '$') {
        if (document.count() != 1) {
            return mql_error(15983, "an object that is an expression must have exactly one field");
        }
        return parse_operator(*document.begin(), scope);
    }
    auto                       made = make_node(node::object);
    std::set<std::string_view> seen;
    for (const auto& element : document) {
        if (element.key.empty()) return mql_error(15998, "field names may not be empty strings");
        if (element.key[0] == '$') return mql_error(16410, "field names may not start with '$'", std::string(element.key));
        if (element.key.find('.') != std::string_view::npos) return mql_error(16412, "field names may not contain '.'", std::string(element.key));
        if (!seen.insert(element.key).second) return mql_error(16406, "a field name stands twice in an object expression", std::string(element.key));
        auto parsed = parse_expression(element.value, scope);
        if (!parsed) return parsed;
        made->names.emplace_back(element.key);
        made->arguments.push_back(std::move(*parsed));
    }
    return made;
}

}  // namespace

Result<void> parse_named(ExpressionNode& into, ValueRef argument, const Scope& scope, std::span<const std::string_view> names,
                         int code_unknown, int code_object) {
    if (argument.type() != Type::document) {
        return mql_error(code_object, std::string(into.op) + " only supports an object as its argument");
    }
    into.arguments.resize(names.size());
    for (const auto& element : argument.as_view()) {
        const auto* const at = std::find(names.data(), names.data() + names.size(), element.key);
        if (at == names.data() + names.size()) {
            return mql_error(code_unknown, "unrecognized parameter to " + std::string(into.op) + ": " + std::string(element.key));
        }
        auto parsed = parse_expression(element.value, scope);
        if (!parsed) return fail(std::move(parsed.error()));
        into.arguments[static_cast<std::size_t>(at - names.data())] = std::move(*parsed);
    }
    return {};
}

Result<NodePointer> parse_expression(ValueRef expression, const Scope& scope) {
    switch (expression.type()) {
        case Type::string: return parse_string(expression, scope);
        case Type::document: return parse_object(expression.as_view(), scope);
        case Type::array: {
            auto made = make_node(node::array);
            for (const auto& element : expression.as_view()) {
                auto parsed = parse_expression(element.value, scope);
                if (!parsed) return parsed;
                made->arguments.push_back(std::move(*parsed));
            }
            return made;
        }
        default: {
            auto made     = make_node(node::constant);
            made->literal = bson::Value(expression);
            return made;
        }
    }
}

}  // namespace tenon::mql
