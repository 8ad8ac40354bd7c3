#include "repository/server_code.hpp"

#include <string>

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

namespace {

using Operator = const char*;  // that holds the code; null: none does

bool is_nested(bson::ValueRef value) noexcept { return value.type() == bson::Type::document || value.type() == bson::Type::array; }

Operator code_of_expression(bson::ValueRef expression, std::size_t depth = 0) noexcept {
    if (!is_nested(expression) || depth > bson::max_depth) return nullptr;  // the engine refuses it
    for (const auto& [name, value] : expression.as_view()) {
        if (name == "$function") return "$function";
        if (name == "$literal") continue;
        if (const Operator held = code_of_expression(value, depth + 1)) return held;
    }
    return nullptr;
}

Operator code_of(bson::View filter, std::size_t depth = 0) noexcept {
    if (depth > bson::max_depth) return nullptr;
    for (const auto& [name, value] : filter) {
        if (!name.starts_with('$')) continue;
        if (name == "$where") return "$where";
        if (name == "$expr") {
            if (const Operator held = code_of_expression(value)) return held;
        }
        if (value.type() != bson::Type::array || (name != "$and" && name != "$or" && name != "$nor")) continue;
        for (const auto& one : value.as_view()) {
            if (one.value.type() != bson::Type::document) continue;
            if (const Operator held = code_of(one.value.as_view(), depth + 1)) return held;
        }
    }
    return nullptr;
}

Operator code_of(const BulkWrite& bulk) {
    for (const auto& item : bulk.items) {
        const Operator held = std::visit(overloaded{
                                             [](const BulkWrite::InsertOne&) -> Operator { return nullptr; },
                                             [](const auto& op) { return code_of(op.filter); },
                                         },
                                         item);
        if (held != nullptr) return held;
    }
    return nullptr;
}

/// The filters of a pipeline: what its first stages match documents by.
Operator code_of(const Aggregate& aggregate) {
    for (const auto& stage : aggregate.pipeline) {
        const auto filter = stage["$match"];
        if (filter.type() != bson::Type::document) continue;
        if (const Operator held = code_of(filter.as_view())) return held;
    }
    return nullptr;
}

}  // namespace

Result<void> refuse_code(const Operation& operation) {
    const Operator held = std::visit(overloaded{
                                         [](const Aggregate& op) { return code_of(op); },
                                         [](const BulkWrite& op) { return code_of(op); },
                                         [](const Explain& op) { return std::visit([](const auto& of) { return code_of(of.filter); }, op.operation); },
                                         [](const Watch&) -> Operator { return nullptr; },    // change_filter.hpp refuses it
                                         [](const Command&) -> Operator { return nullptr; },  // the caller's own, as it stands
                                         [](const auto& op) -> Operator {
                                             if constexpr (requires { op.filter; }) return code_of(op.filter);
                                             return nullptr;
                                         },
                                     },
                                     static_cast<const Operation::variant&>(operation));
    if (held == nullptr) return {};
    return fail(Errc::unsupported, std::string(held) + " is code for the server to run, and a filter is data; say the condition by other operators", held);
}

}  // namespace tenon::repository
