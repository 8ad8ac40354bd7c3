#include "mongo/operations.hpp"

#include <algorithm>

#include "mongo/command.hpp"
#include "mongo/cursor.hpp"

namespace tenon::mongo {

namespace {

constexpr int namespace_not_found = 26;
constexpr int namespace_exists    = 48;

Result<std::vector<std::string>> names(Call& call, const bson::Document& filter) {
    Bson options;
    options.add("nameOnly", true).add("authorizedCollections", true);
    if (!filter.empty()) options.add("filter", filter);
    if (auto added = add_options(options, call, takes::listing); !added) return fail(std::move(added.error()));
    const DatabasePtr database(mongoc_client_get_database(call.client, call.database.c_str()));
    CursorPtr         cursor(mongoc_database_find_collections_with_opts(database.get(), options.get()));
    std::vector<std::string> found;
    const bson_t*            document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document)) {
        auto view = received(*document);
        if (!view) return fail(std::move(view.error()));
        if (const auto name = (*view)["name"]; name.type() == bson::Type::string) found.emplace_back(name.as_string());
    }
    bson_error_t  said{};
    const bson_t* reply = nullptr;
    if (mongoc_cursor_error_document(cursor.get(), &said, &reply)) return fail(to_error(said, reply, Effect::read, call.context));
    return found;
}

}  // namespace

Result<Reply> run_create_collection(Call& call) {
    // From 7.0 on the server creates an existing collection once more without a word. Inside a transaction nothing is listed.
    if (!call.transaction) {
        auto there = names(call, bson::doc("name", call.collection));
        if (!there) return fail(std::move(there.error()));
        if (!there->empty()) return Reply(DoneReply{false});
    }
    Bson command;
    command.add("create", call.collection);
    if (!call.server().collation.empty()) command.add("collation", call.server().collation);
    auto reply = write_command(call, command, takes::ddl);
    if (!reply && reply.error().server.code == namespace_exists) return Reply(DoneReply{false});
    if (!reply) return fail(std::move(reply.error()));
    return Reply(DoneReply{true});
}

Result<Reply> run_drop_collection(Call& call) {
    Bson command;
    command.add("drop", call.collection);
    auto reply = write_command(call, command, takes::ddl);
    if (!reply && reply.error().server.code == namespace_not_found) return Reply(DoneReply{false});
    if (!reply) return fail(std::move(reply.error()));
    // From 7.0 on a collection that is not there is no error; what the reply says of one that was is its name.
    bson_iter_t name;
    return Reply(DoneReply{bson_iter_init_find(&name, (*reply)->get(), "ns")});
}

Result<Reply> run_list_collections(Call& call) {
    auto found = names(call, {});
    if (!found) return fail(std::move(found.error()));
    std::erase_if(*found, [](const std::string& name) { return name.starts_with("system."); });
    std::sort(found->begin(), found->end());
    return Reply(CollectionsReply{std::move(*found)});
}

}  // namespace tenon::mongo
