#include "mongo/command.hpp"
#include "mongo/operations.hpp"

namespace tenon::mongo {

Result<Reply> run_command(Call& call, const Command& op) {
    const auto first = op.command.begin();
    if (first == op.command.end()) return fail(Errc::invalid_argument, "a command begins with its name", "command");
    const auto lacks = [&](const char* key) { return op.command[key].missing(); };
    const Takes takes{.read_concern  = lacks("readConcern"),
                      .write_concern = lacks("writeConcern"),
                      .collation     = lacks("collation"),
                      .max_time      = lacks("maxTimeMS"),
                      .comment       = lacks("comment")};
    Bson options;
    if (auto added = add_options(options, call, takes); !added) return fail(std::move(added.error()));
    auto preference = read_preference(call);
    if (!preference) return fail(std::move(preference.error()));
    const auto&  database = op.database.empty() ? call.database : op.database;
    Bson         reply;
    bson_error_t said{};
    if (!mongoc_client_command_with_opts(call.client, database.c_str(), Borrowed(op.command).get(), preference->get(), options.get(), reply.get(), &said)) {
        auto error = to_error(said, reply.get(), Effect::write, call.context);
        if (!first->key.empty()) error.path = first->key;
        return fail(std::move(error));
    }
    auto view = received(*reply.get());
    if (!view) return fail(std::move(view.error()));
    return Reply(CommandReply{bson::Document(*view)});
}

}  // namespace tenon::mongo
