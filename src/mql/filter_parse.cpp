#include <algorithm>
#include <array>
#include <utility>

#include "mql/expression.hpp"
#include "mql/filter.hpp"
#include "mql/filter_shape.hpp"
#include "mql/mql_error.hpp"
#include "mql/operands.hpp"
#include "mql/regex.hpp"

namespace tenon::mql {

namespace {

using bson::Element;
using bson::Type;
using bson::ValueRef;
using bson::View;

struct Keyword {
    std::string_view name;
    Op               op;
};

// The operators that stand under a field. $eq is here too: {$all: [{$eq: 1}]} is refused like any other.
constexpr auto keywords = std::to_array<Keyword>({
    {"$eq", Op::eq},
    {"$lt", Op::lt},
    {"$lte", Op::lte},
    {"$gt", Op::gt},
    {"$gte", Op::gte},
    {"$in", Op::in},
    {"$size", Op::size},
    {"$exists", Op::exists},
    {"$type", Op::type},
    {"$mod", Op::mod},
    {"$regex", Op::regex},
    {"$elemMatch", Op::elem_match_object},
    {"$bitsAllSet", Op::bits_all_set},
    {"$bitsAllClear", Op::bits_all_clear},
    {"$bitsAnySet", Op::bits_any_set},
    {"$bitsAnyClear", Op::bits_any_clear},
    {"$all", Op::and_},
    {"$ne", Op::not_},
    {"$nin", Op::nor},
    {"$options", Op::always_true},
});

constexpr auto geo_operators = std::to_array<std::string_view>(
    {"$near", "$nearSphere", "$geoNear", "$geoWithin", "$within", "$geoIntersects"});
constexpr auto top_level_unsupported = std::to_array<std::string_view>({"$where", "$text", "$jsonSchema", "$sampleRate"});
constexpr auto top_level = std::to_array<std::string_view>({"$and", "$or", "$nor", "$expr", "$comment", "$alwaysTrue",
                                                            "$alwaysFalse", "$where", "$text", "$jsonSchema",
                                                            "$sampleRate", "$ref", "$id", "$db"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
    return std::ranges::find(names, name) != names.end();
}

const Keyword* find_keyword(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(keywords, name, &Keyword::name);
    return found == keywords.end() ? nullptr : found;
}

bool is_operator_name(std::string_view key) noexcept { return !key.empty() && key.front() == '$'; }

// A reference to a document, {$ref: ..., $id: ...}, is a value and not operators. `partial`: one of its keys is enough.
bool is_reference(View document, bool partial) noexcept {
    const bool ref = !document["$ref"].missing();
    const bool id  = !document["$id"].missing();
    return partial ? ref || id || !document["$db"].missing() : ref && id;
}

// MongoDB looks at the first key alone: {b: 1, $gt: 1} is a value.
bool has_operators(ValueRef value, bool partial_reference) noexcept {
    if (value.type() != Type::document || value.as_view().empty()) return false;
    const View document = value.as_view();
    return is_operator_name(document.begin()->key) && !is_reference(document, partial_reference);
}

Node at(Op op, std::string_view path) {
    Node node;
    node.op   = op;
    node.path = FieldPath(path);
    return node;
}

class Parser {
public:
    explicit Parser(Expressions expressions = Expressions::allowed) : expressions_(expressions) {}

    // A whole filter, or the part below $and, $or, $nor and $elemMatch. `top`: the fields are those of the document
    // itself, so that $expr may stand here.
    Result<Node> document(View filter, bool top) {
        std::vector<Node> all;
        for (const auto& element : filter) {
            if (auto parsed = clause(element, top, all); !parsed) return fail(std::move(parsed.error()));
        }
        return detail::all_of(std::move(all));
    }

    // The operators under one field: {$gt: 1, $lt: 5}.
    Result<void> operators(std::string_view path, View expression, std::vector<Node>& out) {
        for (const auto& element : expression) {
            if (element.key == "$options") {
                if (expression["$regex"].missing()) return mql_error(code::bad_value, "$options needs a $regex", std::string(path));
                continue;
            }
            auto node = element.key == "$regex" ? regex_document(path, expression) : field_operator(path, element);
            if (!node) {
                if (node.error().path.empty()) node.error().path = path;
                return fail(std::move(node.error()));
            }
            out.push_back(std::move(*node));
        }
        return {};
    }

    Result<Node> literal_or_regex(std::string_view path, ValueRef value) {
        return value.type() == Type::regex ? regex_value(path, value) : comparison(Op::eq, path, value);
    }

private:
    Result<void> clause(const Element& element, bool top, std::vector<Node>& out) {
        if (is_operator_name(element.key)) {
            auto node = pathless(element, top);
            if (!node) return fail(std::move(node.error()));
            out.push_back(std::move(*node));
            return {};
        }
        if (has_operators(element.value, false)) return operators(element.key, element.value.as_view(), out);
        auto node = literal_or_regex(element.key, element.value);
        if (!node) {
            if (node.error().path.empty()) node.error().path = element.key;
            return fail(std::move(node.error()));
        }
        out.push_back(std::move(*node));
        return {};
    }

    Result<Node> pathless(const Element& element, bool top) {
        const std::string_view name = element.key;
        if (name == "$comment") return at(Op::always_true, {});
        if (name == "$and" || name == "$or" || name == "$nor") return list(element, top);
        if (name == "$ref" || name == "$id" || name == "$db") return comparison(Op::eq, name, element.value);
        if (name == "$alwaysTrue" || name == "$alwaysFalse") {
            if (auto one = detail::require_one(element); !one) return fail(std::move(one.error()));
            return at(name == "$alwaysTrue" ? Op::always_true : Op::always_false, {});
        }
        if (!contains(top_level, name)) {
            std::string message = "unknown top level operator: " + std::string(name);
            if (name == "$not") message += "; to negate an entire expression use $nor";
            return mql_error(code::bad_value, std::move(message), std::string(name));
        }
        if (!top && name != "$jsonSchema" && name != "$sampleRate") {
            return mql_error(code::bad_value, std::string(name) + " can only be applied to the top-level document",
                             std::string(name));
        }
        if (contains(top_level_unsupported, name)) return unsupported(name, std::string(name));
        if (expressions_ == Expressions::refused) return mql_error(code::query_feature_not_allowed, "$expr is not allowed here", std::string(name));
        auto parsed = Expression::parse(element.value);
        if (!parsed) return fail(std::move(parsed.error()));
        Node node       = at(Op::expr, {});
        node.expression = std::make_shared<const Expression>(std::move(*parsed));
        return node;
    }

    Result<Node> list(const Element& element, bool top) {
        const std::string name(element.key);
        if (element.value.type() != Type::array) return mql_error(code::bad_value, name + " must be an array", name);
        if (element.value.as_view().empty()) {
            return mql_error(code::bad_value, "$and/$or/$nor must be a nonempty array", name);
        }
        std::vector<Node> children;
        for (const auto& each : element.value.as_view()) {
            if (each.value.type() != Type::document) {
                return mql_error(code::bad_value, "$or/$and/$nor entries need to be full objects", name);
            }
            auto child = document(each.value.as_view(), top);
            if (!child) return child;
            children.push_back(std::move(*child));
        }
        if (name == "$and") return detail::all_of(std::move(children));
        if (name == "$or") return detail::any_of(std::move(children));
        return detail::none_of(std::move(children));
    }

    Result<Node> field_operator(std::string_view path, const Element& element) {
        if (element.key == "$not") return negated(path, element.value);
        const Keyword* const keyword = find_keyword(element.key);
        if (keyword == nullptr) return unknown(element.key);
        switch (keyword->op) {
            case Op::not_:
                if (element.value.type() == Type::regex) return mql_error(code::bad_value, "Can't have regex as arg to $ne.");
                return negate(comparison(Op::eq, path, element.value));
            case Op::nor:               return negate(membership(path, element));
            case Op::in:                return membership(path, element);
            case Op::and_:              return all(path, element.value);
            case Op::elem_match_object: return elem_match(path, element.value);
            case Op::exists:
                return element.value.truthy() ? Result<Node>(at(Op::exists, path)) : detail::negation(at(Op::exists, path));
            case Op::size:              return filled(path, element, keyword->op, detail::parse_size);
            case Op::mod:               return filled(path, element, keyword->op, detail::parse_mod);
            case Op::type:              return filled(path, element, keyword->op, detail::parse_type);
            case Op::bits_all_set:
            case Op::bits_all_clear:
            case Op::bits_any_set:
            case Op::bits_any_clear:    return filled(path, element, keyword->op, detail::parse_bits);
            default:                    return comparison(keyword->op, path, element.value);
        }
    }

    static Result<Node> unknown(std::string_view name) {
        if (name == "$where") return mql_error(code::bad_value, "$where cannot be applied to a field");
        if (contains(geo_operators, name)) return unsupported(name);
        return mql_error(code::bad_value, "unknown operator: " + std::string(name));
    }

    static Result<Node> filled(std::string_view path, const Element& element, Op op,
                               Result<void> (*parse)(Element, Node&)) {
        Node node = at(op, path);
        if (auto parsed = parse(element, node); !parsed) return fail(std::move(parsed.error()));
        return node;
    }

    static Result<Node> negate(Result<Node> node) {
        if (!node) return node;
        return detail::negation(std::move(*node));
    }

    static Result<Node> comparison(Op op, std::string_view path, ValueRef value) {
        if (op != Op::eq && value.type() == Type::regex) {
            return mql_error(code::bad_value, "Can't have RegEx as arg to a comparison over a field");
        }
        if (value.type() == Type::undefined) return mql_error(code::bad_value, "cannot compare to undefined");
        Node node    = at(op, path);
        node.operand = bson::Value(value);
        return node;
    }

    static Result<Node> regex_value(std::string_view path, ValueRef value) {
        Node node    = at(Op::regex, path);
        node.operand = bson::Value(value);
        if (auto added = detail::add_pattern(value.regex_pattern(), value.regex_options(), node); !added) {
            return fail(std::move(added.error()));
        }
        return node;
    }

    // $regex and $options stand side by side, in either order.
    static Result<Node> regex_document(std::string_view path, View expression) {
        std::string_view pattern;
        std::string_view options;
        for (const auto& element : expression) {
            if (element.key == "$regex") {
                if (element.value.type() == Type::string) {
                    pattern = element.value.as_string();
                } else if (element.value.type() == Type::regex) {
                    pattern = element.value.regex_pattern();
                    if (!element.value.regex_options().empty()) {
                        if (!options.empty()) return mql_error(51074, "options set in both $regex and $options");
                        options = element.value.regex_options();
                    }
                } else {
                    return mql_error(code::bad_value, "$regex has to be a string");
                }
            } else if (element.key == "$options") {
                if (element.value.type() != Type::string) return mql_error(code::bad_value, "$options has to be a string");
                if (!options.empty()) return mql_error(51075, "options set in both $regex and $options");
                options = element.value.as_string();
            }
        }
        Node node = at(Op::regex, path);
        if (auto added = detail::add_pattern(pattern, options, node); !added) return fail(std::move(added.error()));
        node.operand = bson::Value(bson::Regex{std::string(pattern), std::string(options)});
        return node;
    }

    Result<Node> negated(std::string_view path, ValueRef value) {
        if (value.type() == Type::regex) return negate(regex_value(path, value));
        if (value.type() != Type::document) return mql_error(code::bad_value, "$not needs a regex or a document");
        if (value.as_view().empty()) return mql_error(code::bad_value, "$not cannot be empty");
        std::vector<Node> all;
        if (auto parsed = operators(path, value.as_view(), all); !parsed) return fail(std::move(parsed.error()));
        return detail::negation(detail::all_of(std::move(all)));
    }

    static Result<Node> membership(std::string_view path, const Element& element) {
        if (element.value.type() != Type::array) return mql_error(code::bad_value, std::string(element.key) + " needs an array");
        Node node = at(Op::in, path);
        for (const auto& each : element.value.as_view()) {
            if (has_operators(each.value, false)) return mql_error(code::bad_value, "cannot nest $ under $in");
            if (each.value.type() == Type::undefined) return mql_error(code::bad_value, "an element of $in cannot be undefined");
            if (each.value.type() == Type::regex) {
                if (auto added = detail::add_pattern(each.value.regex_pattern(), each.value.regex_options(), node); !added) {
                    return fail(std::move(added.error()));
                }
            } else {
                node.values.emplace_back(each.value);
            }
        }
        return detail::membership(std::move(node));
    }

    Result<Node> all(std::string_view path, ValueRef value) {
        if (value.type() != Type::array) return mql_error(code::bad_value, "$all needs an array");
        const View array = value.as_view();
        if (array.empty()) return at(Op::always_false, {});
        const bool        matches_elements = detail::is_elem_match(array.begin()->value);
        std::vector<Node> children;
        for (const auto& each : array) {
            if (matches_elements && !detail::is_elem_match(each.value)) {
                return mql_error(code::bad_value, "$all/$elemMatch has to be consistent");
            }
            if (!matches_elements && each.value.type() == Type::document && !each.value.as_view().empty() &&
                is_path_keyword(each.value.as_view().begin()->key)) {
                return mql_error(code::bad_value, "no $ expressions in $all");
            }
            auto child = matches_elements ? elem_match(path, each.value.as_view().begin()->value)
                                          : literal_or_regex(path, each.value);
            if (!child) return child;
            children.push_back(std::move(*child));
        }
        return detail::all_of(std::move(children));
    }

    static bool is_path_keyword(std::string_view name) noexcept {
        return find_keyword(name) != nullptr || contains(geo_operators, name);
    }

    Result<Node> elem_match(std::string_view path, ValueRef value) {
        if (value.type() != Type::document) return mql_error(code::bad_value, "$elemMatch needs an Object");
        const View condition = value.as_view();
        // Operators of a field are put to each element itself, a filter to each element that is a document.
        if (has_operators(value, true) && !contains(top_level, condition.begin()->key)) {
            Node node = at(Op::elem_match_value, path);
            if (auto parsed = operators({}, condition, node.children); !parsed) return fail(std::move(parsed.error()));
            return node;
        }
        auto child = document(condition, false);
        if (!child) return child;
        Node node = at(Op::elem_match_object, path);
        node.children.push_back(std::move(*child));
        return node;
    }

    Expressions expressions_;
};

// Once all of the filter has been parsed: a fault of its form is named before one of a constant.
Result<void> optimize_expressions(Node& node) {
    if (node.expression) {
        auto expression = *node.expression;
        if (auto done = expression.optimize(); !done) return done;
        node.expression = std::make_shared<const Expression>(std::move(expression));
    }
    for (auto& child : node.children) {
        if (auto done = optimize_expressions(child); !done) return done;
    }
    return {};
}

}  // namespace

Result<Filter> Filter::parse(bson::View filter, Expressions expressions) {
    auto root = Parser(expressions).document(filter, true);
    if (!root) return fail(std::move(root.error()));
    if (auto done = optimize_expressions(*root); !done) return fail(std::move(done.error()));
    return Filter(std::move(*root));
}

bool Filter::has_expression() const noexcept {
    const auto has = [](const auto& self, const Node& node) -> bool {
        return node.expression || std::any_of(node.children.begin(), node.children.end(), [&](const Node& child) { return self(self, child); });
    };
    return has(has, root_);
}

Result<Filter> Filter::parse_value_expression(bson::ValueRef condition) {
    if (has_operators(condition, false)) {
        std::vector<Node> all;
        if (auto parsed = Parser().operators({}, condition.as_view(), all); !parsed) return fail(std::move(parsed.error()));
        return Filter(detail::all_of(std::move(all)));
    }
    auto root = Parser().literal_or_regex({}, condition);
    if (!root) return fail(std::move(root.error()));
    return Filter(std::move(*root));
}

}  // namespace tenon::mql
