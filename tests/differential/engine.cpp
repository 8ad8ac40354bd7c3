#include "differential/engine.hpp"

namespace tenon::differential {

namespace {

Result<std::vector<bson::Document>> drain(Cursor& cursor) {
    std::vector<bson::Document> all;
    for (;;) {
        auto next = cursor.next();
        if (!next) return fail(std::move(next).error());
        if (!*next) return all;
        all.emplace_back(**next);
    }
}

void append_id(bson::Builder& builder, const std::optional<bson::Value>& id) {
    if (id) builder.append("upserted", id->ref());
}

struct Describe {
    Answer& into;

    Result<void> operator()(FindReply& reply) const {
        auto all = drain(*reply.cursor);
        if (!all) return fail(std::move(all).error());
        into.documents = std::move(*all);
        return {};
    }
    Result<void> operator()(InsertReply& reply) const {
        into.documents = std::move(reply.stored);
        return {};
    }
    Result<void> operator()(UpdateReply& reply) const {
        bson::Builder builder;
        builder.append("matched", reply.matched).append("modified", reply.modified);
        append_id(builder, reply.upserted_id);
        into.reply = builder.take();
        return {};
    }
    Result<void> operator()(DeleteReply& reply) const { return only("deleted", reply.deleted); }
    Result<void> operator()(CountReply& reply) const { return only("count", reply.count); }
    Result<void> operator()(DoneReply& reply) const { return only("changed", reply.changed); }
    Result<void> operator()(FindAndModifyReply& reply) const {
        bson::Builder builder;
        builder.append("updated_existing", reply.updated_existing);
        append_id(builder, reply.upserted_id);
        into.reply = builder.take();
        if (reply.value) into.documents.push_back(std::move(*reply.value));
        return {};
    }
    Result<void> operator()(DistinctReply& reply) const {
        for (const auto& element : reply.values.view()) into.documents.push_back(bson::doc("v", element.value));
        return {};
    }
    Result<void> operator()(IndexesReply& reply) const {
        for (const auto& spec : reply.indexes) {
            bson::Builder builder;
            builder.append("name", spec.name).append("keys", spec.keys).append("unique", spec.unique).append("sparse", spec.sparse).append("hidden", spec.hidden);
            builder.append("partial_filter", spec.partial_filter);
            into.documents.push_back(builder.take());
        }
        return {};
    }
    Result<void> operator()(BulkReply& reply) const {
        bson::Builder builder;
        builder.append("inserted", reply.inserted).append("matched", reply.matched).append("modified", reply.modified).append("deleted", reply.deleted);
        builder.open_array("upserted");
        for (const auto& [index, id] : reply.upserted) builder.push(bson::doc("index", static_cast<std::int64_t>(index), "id", id.ref()));
        builder.close();
        into.reply = builder.take();
        return {};
    }
    template <class Other>
    Result<void> operator()(Other&) const {
        return fail(Errc::invalid_argument, "no operation of these tests answers so");
    }

private:
    template <class Number>
    Result<void> only(const char* name, Number number) const {
        into.reply = bson::doc(name, number);
        return {};
    }
};

bson::Document renamed(bson::View from, std::string_view old_name, std::string_view new_name) {
    bson::Builder builder;
    for (const auto& [key, value] : from) {
        const auto name = key == old_name ? new_name : key;
        if (value.type() == bson::Type::document) builder.append(name, renamed(value.as_view(), old_name, new_name));
        else builder.append(name, value);
    }
    return builder.take();
}

void plant(Fault fault, Operation& operation) {
    if (auto* find = std::get_if<Find>(&operation); find != nullptr && fault == Fault::gte_is_gt) find->filter = renamed(find->filter, "$gte", "$gt");
    if (auto* update = std::get_if<Update>(&operation); update != nullptr && fault == Fault::inc_is_set) update->update = renamed(update->update, "$inc", "$set");
    if (auto* update = std::get_if<Update>(&operation); update != nullptr && fault == Fault::no_update) update->filter = bson::doc("$jsonSchema", bson::Document());
}

}  // namespace

Result<Engine> Engine::open(const std::string& uri, const std::string& collection, Fault fault) {
    auto database = tenon::open(uri);
    if (!database) return fail(std::move(database).error());
    Engine engine(std::move(*database), collection, fault);
    engine.drop();
    auto made = tenon::run(engine.database_, Request{.collection = collection, .operation = CreateCollection{}});
    if (!made) return fail(std::move(made).error());
    return engine;
}

Answer Engine::run(Operation operation) {
    if (std::holds_alternative<CreateIndexes>(operation)) indexed_ = true;
    plant(fault_, operation);
    Answer answer;
    auto   reply = tenon::run(database_, Request{.collection = collection_, .operation = std::move(operation)});
    auto   told  = reply ? std::visit(Describe{answer}, *reply) : Result<void>(fail(std::move(reply).error()));
    if (!told) {
        answer.failed = true;
        answer.error  = std::move(told).error();
        answer.documents.clear();
    }
    return answer;
}

Result<std::vector<bson::Document>> Engine::stored() {
    Find all;
    all.sort    = bson::doc("_id", 1);
    auto answer = run(std::move(all));
    if (answer.failed) return fail(std::move(answer.error));
    return std::move(answer.documents);
}

Result<void> Engine::clear() {
    Delete all;
    all.many    = true;
    auto answer = run(std::move(all));
    if (answer.failed) return fail(std::move(answer.error));
    if (!indexed_) return {};
    answer = run(DropIndexes{});
    if (answer.failed) return fail(std::move(answer.error));
    indexed_ = false;
    return {};
}

void Engine::drop() { (void)run(DropCollection{}); }

}  // namespace tenon::differential
