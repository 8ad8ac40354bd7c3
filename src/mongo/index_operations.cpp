#include "mongo/operations.hpp"

#include <algorithm>

#include "mongo/command.hpp"
#include "mql/mql_error.hpp"

namespace tenon::mongo {

namespace {

constexpr int namespace_not_found = 26;
constexpr int index_not_found     = 27;
constexpr int invalid_options     = 72;

Error no_such_index(const std::string& name, Error from = {}) {
    from.code        = Errc::invalid_argument;
    from.message     = "there is no index \"" + name + "\"";
    from.path        = name;
    from.server.code = index_not_found;
    from.server.name = "IndexNotFound";
    return from;
}

void add_spec(Bson& indexes, std::uint32_t at, const IndexSpec& spec, const bson::Document& collation) {
    Bson made;
    made.add("key", spec.keys).add("name", spec.effective_name());
    if (spec.unique) made.add("unique", true);
    if (spec.sparse) made.add("sparse", true);
    if (spec.hidden) made.add("hidden", true);
    if (!spec.partial_filter.empty()) made.add("partialFilterExpression", spec.partial_filter);
    if (spec.expire_after_seconds) made.add("expireAfterSeconds", *spec.expire_after_seconds);
    if (!collation.empty()) made.add("collation", collation);
    Bson::push(*indexes.get(), at, bson::View(bson_get_data(made.get())));
}

/// The keys as they were given: a text index is listed by two fields of the server's own, and its fields beside.
bson::Document given_keys(bson::View spec) {
    bson::Builder builder;
    for (const auto& [key, value] : spec["key"].as_view()) {
        if (key == "_ftsx") continue;
        const auto weights = spec["weights"];
        if (key != "_fts" || weights.type() != bson::Type::document) {
            builder.append(key, value);
            continue;
        }
        for (const auto& weight : weights.as_view()) builder.append(weight.key, std::string_view("text"));
    }
    return builder.take();
}

IndexSpec spec_of(bson::View listed) {
    IndexSpec spec;
    if (listed["key"].type() == bson::Type::document) spec.keys = given_keys(listed);
    if (const auto name = listed["name"]; name.type() == bson::Type::string) spec.name = name.as_string();
    spec.unique = listed["unique"].truthy();
    spec.sparse = listed["sparse"].truthy();
    spec.hidden = listed["hidden"].truthy();
    if (const auto filter = listed["partialFilterExpression"]; filter.type() == bson::Type::document) spec.partial_filter = bson::Document(filter.as_view());
    if (const auto seconds = listed["expireAfterSeconds"]; seconds.is_number()) spec.expire_after_seconds = seconds.to_int64();
    return spec;
}

}  // namespace

Result<Reply> run_create_indexes(Call& call, const CreateIndexes& op) {
    if (op.indexes.empty()) return mql::mql_error(mql::code::bad_value, "name at least one index to create", "indexes");
    Bson          indexes;
    std::uint32_t at = 0;
    for (const auto& spec : op.indexes) {
        if (const auto name = spec.effective_name(); name.find('\0') != std::string::npos || name == "*") {
            return mql::mql_error(mql::code::cannot_create_index, "an index's name may hold no NUL and not be \"*\"", "name");
        }
    }
    for (const auto& spec : op.indexes) add_spec(indexes, at++, spec, call.server().collation);
    Bson command;
    command.add("createIndexes", call.collection).add_array("indexes", indexes);
    auto reply = write_command(call, command, takes::ddl);
    if (!reply) {
        Error error = std::move(reply.error());
        for (const auto& spec : op.indexes) error = name_fault(std::move(error), {spec.keys, spec.partial_filter});
        return fail(std::move(error));
    }
    const auto& said = *(*reply)->get();
    return Reply(DoneReply{number_at(said, "numIndexesAfter") > number_at(said, "numIndexesBefore")});
}

Result<Reply> run_list_indexes(Call& call) {
    Bson command;
    // A collection has 64 indexes at most, so that one batch holds them all.
    command.add("listIndexes", call.collection).add("cursor", Bson());
    auto         reply = read_command(call, command, takes::listing);
    IndexesReply listed;
    if (!reply && reply.error().server.code == namespace_not_found) return Reply(std::move(listed));
    if (!reply) return fail(std::move(reply.error()));
    auto view = received(*(*reply)->get());
    if (!view) return fail(std::move(view.error()));
    const auto batch = view->at_path("cursor.firstBatch");
    if (batch.type() != bson::Type::array) return fail(Errc::network, "the server's reply has no cursor");
    for (const auto& [key, value] : batch.as_view()) {
        if (value.type() == bson::Type::document) listed.indexes.push_back(spec_of(value.as_view()));
    }
    const auto by_id = std::find_if(listed.indexes.begin(), listed.indexes.end(), [](const IndexSpec& spec) { return spec.name == "_id_"; });
    if (by_id != listed.indexes.end()) std::rotate(listed.indexes.begin(), by_id, by_id + 1);
    return Reply(std::move(listed));
}

Result<Reply> run_drop_indexes(Call& call, const DropIndexes& op) {
    for (const auto& name : op.names) {
        // To the server "*" means all of them.
        if (name == "*") return fail(no_such_index(name));
        if (name == "_id_") {
            Error error{Errc::invalid_argument, "the index on _id stays", {}, name};
            error.server.code = invalid_options;
            error.server.name = "InvalidOptions";
            return fail(std::move(error));
        }
    }
    Bson command;
    command.add("dropIndexes", call.collection);
    if (op.names.empty()) {
        command.add("index", "*");
    } else {
        Bson          names;
        std::uint32_t at = 0;
        for (const auto& name : op.names) names.add(std::to_string(at++), name);
        command.add_array("index", names);
    }
    auto reply = write_command(call, command, takes::ddl);
    if (!reply) {
        auto& error = reply.error();
        if (error.server.code == namespace_not_found && op.names.empty()) return Reply(DoneReply{false});
        if (error.server.code == namespace_not_found) return fail(no_such_index(op.names.front(), std::move(error)));
        if (error.server.code == index_not_found) {
            const auto& words = error.server.message;
            const auto  named = std::find_if(op.names.begin(), op.names.end(), [&](const auto& name) { return words.find("[" + name + "]") != std::string::npos; });
            return fail(no_such_index(named == op.names.end() ? op.names.front() : *named, std::move(error)));
        }
        return fail(std::move(error));
    }
    return Reply(DoneReply{!op.names.empty() || number_at(*(*reply)->get(), "nIndexesWas") > 1});
}

Result<Reply> run_hide_index(Call& call, const HideIndex& op) {
    Bson index;
    index.add("name", op.name).add("hidden", op.hidden);
    Bson command;
    command.add("collMod", call.collection).add("index", index);
    auto reply = write_command(call, command, takes::ddl);
    if (!reply) {
        auto& error = reply.error();
        if (error.server.code == namespace_not_found || error.server.code == index_not_found) return fail(no_such_index(op.name, std::move(error)));
        if (op.name == "_id_") error.message = "the index on _id cannot be hidden";
        error.path = op.name;
        return fail(std::move(error));
    }
    bson_iter_t before;
    bson_iter_t after;
    const auto& said    = *(*reply)->get();
    const bool  changed = bson_iter_init_find(&after, &said, "hidden_new") &&
                          (!bson_iter_init_find(&before, &said, "hidden_old") || bson_iter_as_bool(&before) != bson_iter_as_bool(&after));
    return Reply(DoneReply{changed});
}

}  // namespace tenon::mongo
