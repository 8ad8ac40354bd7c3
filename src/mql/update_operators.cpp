// The arguments of the update operators, checked once.

#include <algorithm>
#include <cmath>
#include <set>

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"
#include "mql/update_document.hpp"
#include "mql/update_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

std::string type_name(ValueRef value) { return std::string(bson::name(value.type())); }

// An integer in any numeric type, as MongoDB reads options; empty for a fraction or what is no number.
std::optional<std::int64_t> integer_option(ValueRef value) { return value.is_number() ? value.to_int64() : std::nullopt; }

bool has_field(bson::View view, std::string_view key) { return !view[key].missing(); }

Result<Modifier> parse_arithmetic(Modifier modifier, bson::Element argument, const char* verb) {
    if (!argument.value.is_number()) {
        return mql_error(code::type_mismatch, std::string("cannot ") + verb + " with a " + type_name(argument.value),
                         std::string(argument.key));
    }
    return modifier;
}

Result<Modifier> parse_current_date(Modifier modifier, bson::Element argument) {
    const std::string path(argument.key);
    if (argument.value.type() == Type::boolean) return modifier;
    if (argument.value.type() != Type::document) {
        return mql_error(code::bad_value, type_name(argument.value) + " is no type for $currentDate: use true or {$type: ...}", path);
    }
    bool seen = false;
    for (const auto& option : argument.value.as_view()) {
        if (option.key != "$type") return mql_error(code::bad_value, "unknown $currentDate option", path);
        if (option.value.type() == Type::string) {
            modifier.timestamp = option.value.as_string() == "timestamp";
            seen               = modifier.timestamp || option.value.as_string() == "date";
        }
    }
    if (!seen) return mql_error(code::bad_value, "$currentDate's $type is 'date' or 'timestamp'", path);
    return modifier;
}

Result<void> parse_push_sort(PushOptions& push, ValueRef sort, const std::string& path) {
    if (sort.is_number()) {
        const double direction = sort.to_double().value_or(0);
        if (direction != 1 && direction != -1) return mql_error(code::bad_value, "a $sort is 1 or -1", path);
        push.sort_whole = direction > 0 ? 1 : -1;
        return {};
    }
    if (sort.type() != Type::document) {
        return mql_error(code::bad_value, "$sort is 1, -1 or {field: 1 or -1}", path);
    }
    if (sort.as_view().empty()) return mql_error(code::bad_value, "the $sort pattern is empty", path);
    for (const auto& part : sort.as_view()) {
        const double direction = part.value.is_number() ? part.value.to_double().value_or(0) : 0;
        if (direction != 1 && direction != -1) return mql_error(code::bad_value, "a sort direction is 1 or -1", path);
        if (part.key.empty()) return mql_error(code::bad_value, "a $sort field is empty", path);
        if (part.key.front() == '.' || part.key.back() == '.' || part.key.find("..") != std::string_view::npos) {
            return mql_error(code::bad_value, "a $sort field has an empty part", path);
        }
        push.sort_parts.push_back({std::string(part.key), direction > 0 ? 1 : -1});
    }
    return {};
}

Result<Modifier> parse_push(Modifier modifier, bson::Element argument) {
    const std::string path(argument.key);
    if (argument.value.type() != Type::document || !has_field(argument.value.as_view(), "$each")) {
        modifier.values.push_back(argument.value);
        return modifier;
    }
    std::set<std::string_view> seen;
    for (const auto& clause : argument.value.as_view()) {
        if (!seen.insert(clause.key).second) {
            return mql_error(code::bad_value, "a clause of $push stands twice", path);
        }
        if (clause.key == "$each") {
            if (clause.value.type() != Type::array) {
                return mql_error(code::bad_value, "$each in $push must be an array, not " + type_name(clause.value), path);
            }
            for (const auto& element : clause.value.as_view()) modifier.values.push_back(element.value);
        } else if (clause.key == "$slice") {
            modifier.push.slice = integer_option(clause.value);
            if (!modifier.push.slice) return mql_error(code::bad_value, "$slice must be an integer", path);
        } else if (clause.key == "$position") {
            modifier.push.position = integer_option(clause.value);
            if (!modifier.push.position) return mql_error(code::bad_value, "$position must be an integer", path);
        } else if (clause.key == "$sort") {
            if (auto sorted = parse_push_sort(modifier.push, clause.value, path); !sorted) return fail(std::move(sorted.error()));
        } else {
            return mql_error(code::bad_value, "unrecognized clause in $push", path);
        }
    }
    return modifier;
}

Result<Modifier> parse_add_to_set(Modifier modifier, bson::Element argument) {
    const std::string path(argument.key);
    const auto        below = [](ValueRef a, ValueRef b) { return bson::compare(a, b) < 0; };
    std::set<ValueRef, decltype(below)> seen(below);
    const auto add = [&](ValueRef value) {
        if (seen.insert(value).second) modifier.values.push_back(value);
    };
    const bool each = argument.value.type() == Type::document && !argument.value.as_view().empty() &&
                      argument.value.as_view().begin()->key == "$each";
    if (!each) {
        add(argument.value);
        return modifier;
    }
    auto       at     = argument.value.as_view().begin();
    const auto values = at->value;
    if (values.type() != Type::array) {
        return mql_error(code::type_mismatch, "$each in $addToSet must be an array, not " + type_name(values), path);
    }
    ++at;
    if (at != std::default_sentinel) return mql_error(code::bad_value, "unexpected fields after $each in $addToSet", path);
    for (const auto& element : values.as_view()) add(element.value);
    return modifier;
}

Result<Modifier> parse_pop(Modifier modifier, bson::Element argument) {
    const auto direction = integer_option(argument.value);
    if (!direction) return mql_error(code::failed_to_parse, "$pop expects 1 or -1", std::string(argument.key));
    if (*direction != 1 && *direction != -1) {
        return mql_error(code::failed_to_parse, "$pop expects 1 or -1", std::string(argument.key));
    }
    modifier.from_front = *direction < 0;
    return modifier;
}

// The operators that a condition on a value may start with; any other key makes the condition one on the element's fields.
bool is_path_operator(std::string_view key) {
    static constexpr std::string_view operators[] = {
        "$all",  "$bitsAllClear", "$bitsAllSet",  "$bitsAnyClear", "$bitsAnySet", "$elemMatch",   "$eq",
        "$exists", "$geoIntersects", "$geoWithin", "$gt",          "$gte",        "$in",          "$lt",
        "$lte",  "$maxDistance",  "$minDistance", "$mod",          "$ne",         "$near",        "$nearSphere",
        "$nin",  "$options",      "$regex",       "$size",         "$type",       "$within",
    };
    return std::find(std::begin(operators), std::end(operators), key) != std::end(operators);
}

Result<Modifier> parse_pull(Modifier modifier, bson::Element argument) {
    modifier.argument = argument.value;
    const bool document = argument.value.type() == Type::document;
    if (!document && argument.value.type() != Type::regex) return modifier;  // a plain value: equality
    const bool on_value = !document || (!argument.value.as_view().empty() && is_path_operator(argument.value.as_view().begin()->key));
    auto       filter   = on_value ? Filter::parse_value_expression(argument.value) : Filter::parse(argument.value.as_view(), Expressions::refused);
    if (!filter) return fail(std::move(filter.error()));
    modifier.condition              = std::move(*filter);
    modifier.condition_on_documents = !on_value;
    return modifier;
}

Result<Modifier> parse_pull_all(Modifier modifier, bson::Element argument) {
    if (argument.value.type() != Type::array) {
        return mql_error(code::bad_value, "$pullAll requires an array, not " + type_name(argument.value), std::string(argument.key));
    }
    for (const auto& element : argument.value.as_view()) modifier.values.push_back(element.value);
    return modifier;
}

Result<Modifier> parse_bit(Modifier modifier, bson::Element argument) {
    const std::string path(argument.key);
    if (argument.value.type() != Type::document) {
        return mql_error(code::bad_value, "$bit takes {and/or/xor: integer}, not " + type_name(argument.value), path);
    }
    for (const auto& operation : argument.value.as_view()) {
        BitOperation kind = BitOperation::and_;
        if (operation.key == "or") {
            kind = BitOperation::or_;
        } else if (operation.key == "xor") {
            kind = BitOperation::xor_;
        } else if (operation.key != "and") {
            return mql_error(code::bad_value, "$bit knows 'and', 'or' and 'xor' only", path);
        }
        if (operation.value.type() != Type::int32 && operation.value.type() != Type::int64) {
            return mql_error(code::bad_value, "$bit needs an int or a long, not " + type_name(operation.value), path);
        }
        modifier.bits.emplace_back(kind, Number::from(operation.value));
    }
    if (modifier.bits.empty()) return mql_error(code::bad_value, "$bit needs one operation or more", path);
    return modifier;
}

bool is_dynamic(std::string_view path) {
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t      dot  = std::min(path.find('.', at), path.size());
        const std::string_view part = path.substr(at, dot - at);
        if (part == "$" || array_filter_identifier(part)) return true;
        at = dot + 1;
    }
    return false;
}

bool is_prefix(std::string_view shorter, std::string_view longer) {
    return longer.size() > shorter.size() && longer.substr(0, shorter.size()) == shorter && longer[shorter.size()] == '.';
}

Result<Modifier> parse_rename(Modifier modifier, bson::Element argument) {
    const std::string_view from = argument.key;
    const std::string_view to   = argument.value.as_string();
    std::string            path(from);
    if (to.find('\0') != std::string_view::npos) {
        return mql_error(code::bad_value, "the target of $rename holds a null byte", path);
    }
    if (from == to) return mql_error(code::bad_value, "source and target of $rename must differ", path);
    if (is_prefix(from, to) || is_prefix(to, from)) {
        return mql_error(code::bad_value, "source and target of $rename must not be on the same path", path);
    }
    if (is_dynamic(from)) return mql_error(code::bad_value, "the source of $rename may not be dynamic", path);
    if (is_dynamic(to)) return mql_error(code::bad_value, "the target of $rename may not be dynamic", path);
    modifier.from = std::move(path);
    return modifier;
}

}  // namespace

std::optional<UpdateOperator> update_operator(std::string_view name) noexcept {
    struct Row {
        std::string_view name;
        UpdateOperator   op;
    };
    static constexpr Row rows[] = {
        {"$set", UpdateOperator::set},
        {"$setOnInsert", UpdateOperator::set_on_insert},
        {"$unset", UpdateOperator::unset},
        {"$inc", UpdateOperator::inc},
        {"$mul", UpdateOperator::mul},
        {"$min", UpdateOperator::min},
        {"$max", UpdateOperator::max},
        {"$rename", UpdateOperator::rename},
        {"$currentDate", UpdateOperator::current_date},
        {"$push", UpdateOperator::push},
        {"$pop", UpdateOperator::pop},
        {"$pull", UpdateOperator::pull},
        {"$pullAll", UpdateOperator::pull_all},
        {"$addToSet", UpdateOperator::add_to_set},
        {"$bit", UpdateOperator::bit},
    };
    const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.name == name; });
    return row == std::end(rows) ? std::nullopt : std::optional(row->op);
}

namespace {

Result<Modifier> parse_argument(Modifier modifier, bson::Element argument) {
    switch (modifier.op) {
        case UpdateOperator::set:
        case UpdateOperator::set_on_insert:
        case UpdateOperator::unset:
        case UpdateOperator::min:
        case UpdateOperator::max:
        case UpdateOperator::rename_source: return modifier;
        case UpdateOperator::inc: return parse_arithmetic(std::move(modifier), argument, "increment");
        case UpdateOperator::mul: return parse_arithmetic(std::move(modifier), argument, "multiply");
        case UpdateOperator::rename: return parse_rename(std::move(modifier), argument);
        case UpdateOperator::current_date: return parse_current_date(std::move(modifier), argument);
        case UpdateOperator::push: return parse_push(std::move(modifier), argument);
        case UpdateOperator::pop: return parse_pop(std::move(modifier), argument);
        case UpdateOperator::pull: return parse_pull(std::move(modifier), argument);
        case UpdateOperator::pull_all: return parse_pull_all(std::move(modifier), argument);
        case UpdateOperator::add_to_set: return parse_add_to_set(std::move(modifier), argument);
        case UpdateOperator::bit: return parse_bit(std::move(modifier), argument);
    }
    return modifier;
}

}  // namespace

Result<Modifier> parse_modifier(UpdateOperator op, bson::Element argument) {
    Modifier modifier;
    modifier.op       = op;
    modifier.argument = argument.value;
    auto parsed       = parse_argument(std::move(modifier), argument);
    if (!parsed) return parsed;
    const bool grows_array = op == UpdateOperator::push || op == UpdateOperator::add_to_set;
    parsed->nesting        = grows_array ? 0 : nesting(argument.value);
    if (grows_array) {
        for (const auto& value : parsed->values) parsed->nesting = std::max(parsed->nesting, nesting(value));
        ++parsed->nesting;
    }
    return parsed;
}

}  // namespace tenon::mql
