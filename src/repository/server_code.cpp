#include "repository/server_code.hpp"

#include <string_view>

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

namespace {

bool holds_code(bson::View filter, std::size_t depth = 0) noexcept {
    if (depth > bson::max_depth) return false;  // the engine refuses it
    for (const auto& [name, value] : filter) {
        if (!name.starts_with('$')) continue;
        if (name == "$where") return true;
        if (value.type() != bson::Type::array || (name != "$and" && name != "$or" && name != "$nor")) continue;
        for (const auto& one : value.as_view()) {
            if (one.value.type() == bson::Type::document && holds_code(one.value.as_view(), depth + 1)) return true;
        }
    }
    return false;
}

bool any_holds_code(const BulkWrite& bulk) {
    for (const auto& item : bulk.items) {
        const bool held = std::visit(overloaded{
                                         [](const BulkWrite::InsertOne&) { return false; },
                                         [](const auto& op) { return holds_code(op.filter); },
                                     },
                                     item);
        if (held) return true;
    }
    return false;
}

}  // namespace

Result<void> refuse_code(const Operation& operation) {
    const bool held = std::visit(overloaded{
                                     [](const Find& op) { return holds_code(op.filter); },
                                     [](const Insert&) { return false; },
                                     [](const Update& op) { return holds_code(op.filter); },
                                     [](const Replace& op) { return holds_code(op.filter); },
                                     [](const Delete& op) { return holds_code(op.filter); },
                                     [](const Restore& op) { return holds_code(op.filter); },
                                     [](const FindAndModify& op) { return holds_code(op.filter); },
                                     [](const Count& op) { return holds_code(op.filter); },
                                     [](const EstimatedCount&) { return false; },
                                     [](const Distinct& op) { return holds_code(op.filter); },
                                     [](const Aggregate&) { return false; },
                                     [](const BulkWrite& op) { return any_holds_code(op); },
                                     [](const Explain& op) { return std::visit([](const auto& of) { return holds_code(of.filter); }, op.operation); },
                                     [](const CreateIndexes&) { return false; },
                                     [](const ListIndexes&) { return false; },
                                     [](const DropIndexes&) { return false; },
                                     [](const HideIndex&) { return false; },
                                     [](const CreateCollection&) { return false; },
                                     [](const DropCollection&) { return false; },
                                     [](const ListCollections&) { return false; },
                                     [](const Watch&) { return false; },  // change_filter.hpp refuses it
                                     [](const Command&) { return false; },  // the caller's own, as it stands
                                     [](const ShardCollection&) { return false; },
                                 },
                                 static_cast<const Operation::variant&>(operation));
    if (!held) return {};
    return fail(Errc::unsupported, "$where is code for the server to run, and no store takes it; say the condition by operators or by $expr", "$where");
}

}  // namespace tenon::repository
