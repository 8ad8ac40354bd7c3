// Conditions of comparison, element and array operators: `{path: {op: value}}`, or `{op: value}` on an array's element.

#include <tenon/query/field.hpp>

#include "query/condition.hpp"

namespace tenon::query::detail {

Error operand_error(const Error& error, std::string_view path) {
    Error out = error;
    // The encoder names the operand "v"; below it is the field's own inner path.
    std::string inner = out.path == "v" ? "" : out.path.starts_with("v.") ? out.path.substr(1) : "";
    out.path          = std::string(path) + inner;
    out.where.clear();
    if (!out.path.empty()) out.message = "field \"" + out.path + "\": " + out.message;
    return out;
}

namespace {
Error no_date(std::string_view path) {
    return mistake_at(path, "the time lies between two milliseconds, and a stored date never does; round it to std::chrono::milliseconds, "
                            "or compare it by <, <=, > or >=");
}
}  // namespace

FilterBase condition(const PathRef& path, std::string_view op, const Operand& operand) {
    if (operand.error() != nullptr && !path.error) return FilterBase(operand_error(*operand.error(), path.text));
    if (operand.between_dates()) {
        // No date lies between the time and either neighbour: those below it are below the later one, those above it above the earlier one.
        if (op == "$lt" || op == "$gte") {
            const bson::DateTime later(operand.value().ref().as_datetime().ms + 1);
            return conditioned(path, [&](bson::Builder& b) { b.append(op, later); });
        }
        if (op != "$lte" && op != "$gt" && !path.error) return FilterBase(no_date(path.text));
    }
    return conditioned(path, [&](bson::Builder& b) { b.append(op, operand.value().ref()); });
}

FilterBase list_condition(const PathRef& path, std::string_view op, std::span<const Operand> operands) {
    if (!path.error) {
        for (const Operand& operand : operands) {
            if (operand.error() != nullptr) return FilterBase(operand_error(*operand.error(), path.text));
            if (operand.between_dates()) return FilterBase(no_date(path.text));
            // MongoDB reads these as patterns and operators although they are the user's values.
            if (operand.value().type() == bson::Type::regex) {
                return FilterBase(mistake_at(path.text, "a regular expression in a list would be matched as a pattern; use regex()"));
            }
            if (is_operators(operand.value().ref())) {
                return FilterBase(mistake_at(path.text, "a value in a list is a document whose first key starts with '$'; "
                                                        "compare it by == instead"));
            }
        }
    }
    return conditioned(path, [&](bson::Builder& b) {
        b.open_array(op);
        for (const Operand& operand : operands) b.push(operand.value().ref());
        b.close();
    });
}

FilterBase nested_condition(const PathRef& path, std::string_view op, const FilterBase& inner) {
    if (inner.error() != nullptr && !path.error) return FilterBase(*inner.error());
    return conditioned(path, [&](bson::Builder& b) { b.append(op, inner.document()); });
}

FilterBase all_nested(const PathRef& path, std::span<const FilterBase> inner) {
    for (const FilterBase& filter : inner) {
        if (filter.error() != nullptr && !path.error) return filter;
    }
    return conditioned(path, [&](bson::Builder& b) {
        b.open_array("$all");
        for (const FilterBase& filter : inner) b.push_document().append("$elemMatch", filter.document()).close();
        b.close();
    });
}

FilterBase exists_condition(const PathRef& path, bool exists) {
    return conditioned(path, [&](bson::Builder& b) { b.append("$exists", exists); });
}

FilterBase type_condition(const PathRef& path, std::span<const bson::Type> types) {
    if (types.empty()) return FilterBase(mistake_at(path.text, "type takes at least one type"));
    for (const bson::Type type : types) {
        if (type == bson::Type::missing) return FilterBase(mistake_at(path.text, "a field that is missing has no type; use exists(false)"));
    }
    return conditioned(path, [&](bson::Builder& b) {
        if (types.size() == 1) {
            b.append("$type", bson::name(types.front()));
            return;
        }
        b.open_array("$type");
        for (const bson::Type type : types) b.push(bson::name(type));
        b.close();
    });
}

FilterBase type_condition(const PathRef& path, std::string_view alias) {
    bool known = alias == "number";
    for (unsigned byte = 1; byte < 256 && !known; ++byte) {
        known = bson::is_known(static_cast<std::uint8_t>(byte)) && bson::name(static_cast<bson::Type>(byte)) == alias;
    }
    if (!known) return FilterBase(mistake_at(path.text, "type takes an alias of MongoDB's, such as \"string\" or \"number\""));
    return conditioned(path, [&](bson::Builder& b) { b.append("$type", alias); });
}

FilterBase size_condition(const PathRef& path, std::int64_t size) {
    if (size < 0) return FilterBase(mistake_at(path.text, "size takes a number that is not negative"));
    return conditioned(path, [&](bson::Builder& b) { b.append("$size", size); });
}

}  // namespace tenon::query::detail
