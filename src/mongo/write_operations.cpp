#include "mongo/operations.hpp"

#include "mongo/command.hpp"
#include "mongo/write_errors.hpp"
#include "mql/mql_error.hpp"

namespace tenon::mongo {

namespace {

/// The Error of a write of one statement.
tl::unexpected<Error> refused(WriteFailure failure, bool many, std::initializer_list<bson::View> sent, const std::string& hint,
                              const std::vector<bson::Document>& array_filters = {}) {
    Error& error = failure.error;
    if (many && failure.applied && error.outcome == Outcome::none) error.outcome = outcome_of_many(error);
    return fail(name_fault(std::move(error), sent, hint, array_filters));
}

Result<UpdateReply> update_reply(const Bson& reply) {
    UpdateReply done;
    done.matched  = number_at(*reply.get(), "matchedCount");
    done.modified = number_at(*reply.get(), "modifiedCount");
    bson_iter_t id;
    if (!bson_iter_init_find(&id, reply.get(), "upsertedId")) return done;
    auto value = value_of(id);
    if (!value) return fail(std::move(value.error()));
    done.upserted_id = std::move(*value);
    return done;
}

Result<Reply> as_reply(Result<UpdateReply> done) {
    if (!done) return fail(std::move(done.error()));
    return Reply(std::move(*done));
}

}  // namespace

Result<Reply> run_update(Call& call, const Update& op) {
    if (auto ok = check_update(op.update); !ok) return fail(std::move(ok.error()));
    Bson options;
    options.add("validate", false);
    if (op.upsert) options.add("upsert", true);
    if (!op.array_filters.empty()) options.add_array("arrayFilters", op.array_filters);
    add_hint(options, op.hint);
    if (auto added = add_options(options, call, takes::update); !added) return fail(std::move(added.error()));
    auto* const  collection = call.handle();
    const auto   send       = op.many ? mongoc_collection_update_many : mongoc_collection_update_one;
    Bson         reply;
    bson_error_t said{};
    if (send(collection, Borrowed(op.filter).get(), Borrowed(op.update).get(), options.get(), reply.get(), &said)) return as_reply(update_reply(reply));
    return refused(write_failure(said, *reply.get(), call.context), op.many, {op.filter, op.update}, op.hint, op.array_filters);
}

Result<Reply> run_replace(Call& call, const Replace& op) {
    if (auto ok = check_replacement(op.replacement); !ok) return fail(std::move(ok.error()));
    Bson options;
    options.add("validate", false);
    if (op.upsert) options.add("upsert", true);
    add_hint(options, op.hint);
    if (auto added = add_options(options, call, takes::update); !added) return fail(std::move(added.error()));
    auto* const  collection = call.handle();
    Bson         reply;
    bson_error_t said{};
    if (mongoc_collection_replace_one(collection, Borrowed(op.filter).get(), Borrowed(op.replacement).get(), options.get(), reply.get(), &said)) {
        return as_reply(update_reply(reply));
    }
    return refused(write_failure(said, *reply.get(), call.context), false, {op.filter}, op.hint);
}

Result<Reply> run_delete(Call& call, const Delete& op) {
    Bson options;
    add_hint(options, op.hint);
    if (auto added = add_options(options, call, takes::write); !added) return fail(std::move(added.error()));
    auto* const  collection = call.handle();
    const auto   send       = op.many ? mongoc_collection_delete_many : mongoc_collection_delete_one;
    Bson         reply;
    bson_error_t said{};
    if (send(collection, Borrowed(op.filter).get(), options.get(), reply.get(), &said)) {
        return Reply(DeleteReply{number_at(*reply.get(), "deletedCount")});
    }
    return refused(write_failure(said, *reply.get(), call.context), op.many, {op.filter}, op.hint);
}

Result<Reply> run_find_and_modify(Call& call, const FindAndModify& op) {
    using Kind = FindAndModify::Kind;
    if (op.kind == Kind::update) {
        if (auto ok = check_update(op.change); !ok) return fail(std::move(ok.error()));
    } else if (op.kind == Kind::replace) {
        if (auto ok = check_replacement(op.change); !ok) return fail(std::move(ok.error()));
    } else if (op.upsert) {
        return mql::mql_error(mql::code::failed_to_parse, "a remove cannot upsert", "upsert");
    }
    Bson command;
    command.add("findAndModify", call.collection).add("query", op.filter);
    if (!op.sort.empty()) command.add("sort", op.sort);
    if (op.kind == Kind::remove) {
        command.add("remove", true);
    } else {
        command.add("update", op.change).add("new", op.return_after);
        if (op.upsert) command.add("upsert", true);
        if (!op.array_filters.empty()) command.add_array("arrayFilters", op.array_filters);
    }
    if (!op.projection.empty()) command.add("fields", op.projection);
    add_hint(command, op.hint);
    auto sent = write_command(call, command, takes::write);
    if (!sent) return fail(name_fault(std::move(sent.error()), {op.filter, op.change, op.sort, op.projection}, op.hint, op.array_filters));

    const auto&        reply = *(*sent)->get();
    FindAndModifyReply done;
    bson_iter_t        at;
    if (bson_iter_init_find(&at, &reply, "value") && BSON_ITER_HOLDS_DOCUMENT(&at)) {
        auto value = document_of(at);
        if (!value) return fail(std::move(value.error()));
        done.value = std::move(*value);
    }
    done.updated_existing = find_value(reply, "lastErrorObject.updatedExisting", at) && bson_iter_as_bool(&at);
    if (find_value(reply, "lastErrorObject.upserted", at)) {
        auto id = value_of(at);
        if (!id) return fail(std::move(id.error()));
        done.upserted_id = std::move(*id);
    }
    return Reply(std::move(done));
}

}  // namespace tenon::mongo
