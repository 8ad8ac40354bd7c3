#include "sqlite/operations.hpp"

#include <cmath>

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"
#include "sqlite/access.hpp"
#include "sqlite/implication.hpp"
#include "sqlite/rows.hpp"
#include "sqlite/scan.hpp"

namespace tenon::sqlite {

namespace {

/// What a server takes for the index on _id, and refuses unless it is {_id: 1}: a direction of 1 or -1, cut to a whole number. {_id: 2} is an index of its own.
bool is_id_alone(const IndexSpec& spec) noexcept {
    if (spec.keys.view().count() != 1 || spec.keys.begin()->key != "_id") return false;
    const auto direction = spec.keys.begin()->value.to_double();
    return direction && std::abs(std::trunc(*direction)) == 1;
}

/// Checks a spec and gives it its name; kinds that the engine lacks are named.
Result<IndexSpec> checked(const IndexSpec& given) {
    if (given.expire_after_seconds) return mql::unsupported("a TTL index (expireAfterSeconds)", "expire_after_seconds");
    IndexSpec spec = given;
    auto pattern   = mql::KeyPattern::parse(spec.keys);
    if (!pattern) return fail(std::move(pattern.error()));
    spec.name = spec.effective_name();
    if (spec.name.find('\0') != std::string::npos || spec.name == "*") {
        return mql::mql_error(mql::code::cannot_create_index, "an index's name may hold no NUL and not be \"*\"", "name");
    }
    if (!spec.partial_filter.empty()) {
        auto filter = mql::Filter::parse(spec.partial_filter);
        if (!filter) return fail(std::move(filter.error()));
    }
    if (is_id_alone(spec) && (spec.hidden || spec.unique || spec.sparse || !spec.partial_filter.empty())) {
        return fail(coded(Errc::invalid_argument, 197, "InvalidIndexSpecificationOption", "the index on _id takes no options", "_id"));
    }
    if (!spec.partial_filter.empty()) {
        if (spec.sparse) return mql::mql_error(mql::code::cannot_create_index, "an index is sparse or partial, not both", "sparse");
        if (auto allowed = check_partial_filter(spec.partial_filter); !allowed) return fail(std::move(allowed.error()));
    }
    return spec;
}

bool same_keys(const bson::Document& a, const bson::Document& b) noexcept {
    auto x = a.begin();
    auto y = b.begin();
    for (; x != a.end() && y != b.end(); ++x, ++y) {
        if (x->key != y->key || !bson::equal(x->value, y->value)) return false;
    }
    return x == a.end() && y == b.end();
}

bool same_options(const IndexSpec& a, const IndexSpec& b) noexcept {
    return a.unique == b.unique && a.sparse == b.sparse && bson::compare(a.partial_filter.view(), b.partial_filter.view()) == 0;
}

bool is_id_index(const IndexSpec& spec) noexcept {
    const auto first = spec.keys.begin();
    if (first == spec.keys.end() || first->key != "_id" || first->value.to_int64() != 1) return false;
    auto second = first;
    ++second;
    return second == spec.keys.end();
}

/// True when the index is there already; an error when it is there in another shape.
Result<bool> is_there(const CollectionInfo& collection, const IndexSpec& spec) {
    if (is_id_index(spec)) return true;
    if (is_id_alone(spec)) return mql::mql_error(mql::code::bad_value, "an index on _id alone is the one that is there: {_id: 1}", "_id");
    for (const auto& index : collection.indexes) {
        const bool keys = same_keys(index.spec.keys, spec.keys);
        const bool name = index.spec.name == spec.name;
        const bool options = same_options(index.spec, spec);
        if (name && keys && options) return true;
        if (name) {
            return fail(coded(Errc::invalid_argument, code::index_key_specs_conflict, "IndexKeySpecsConflict",
                              "the index \"" + spec.name + "\" exists with other " + (keys ? "options" : "keys") + "; drop it first", spec.name));
        }
        if (keys && options) {
            return fail(coded(Errc::invalid_argument, code::index_options_conflict, "IndexOptionsConflict",
                              "the index \"" + index.spec.name + "\" has the same keys and options under another name", spec.name));
        }
    }
    return false;
}

Result<void> build(Connection& connection, const CollectionInfo& collection, const IndexInfo& index) {
    Rows rows(connection, collection);
    Scan scan(connection, collection, Plan{});

    std::optional<Error> duplicate;
    for (;;) {
        auto moved = scan.next();
        if (!moved) return fail(std::move(moved.error()));
        if (!*moved) break;
        auto done = rows.build_entries(index, scan.row(), scan.document());
        if (done) continue;
        // Documents that cannot be indexed are named before those that share a key.
        if (done.error().code != Errc::duplicate_key) return done;
        if (!duplicate) duplicate = std::move(done.error());
    }
    if (duplicate) return fail(std::move(*duplicate));
    scan = Scan(connection, collection, Plan{});  // gives its statement back before the catalogue may move
    return rows.finish();
}

Error index_not_found(const std::string& name) {
    return coded(Errc::invalid_argument, code::index_not_found, "IndexNotFound", "there is no index \"" + name + "\"", name);
}

}  // namespace

Result<Reply> run_create_indexes(const Call& call, const CreateIndexes& op) {
    if (op.indexes.empty()) return mql::mql_error(mql::code::bad_value, "name at least one index to create", "indexes");
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        DoneReply reply;
        reply.changed = false;
        for (const auto& given : op.indexes) {
            auto spec = checked(given);
            if (!spec) return fail(std::move(spec.error()));
            auto collection = access.ensure_collection();
            if (!collection) return fail(std::move(collection.error()));
            auto there = is_there(**collection, *spec);
            if (!there) return fail(std::move(there.error()));
            if (*there) continue;
            auto index = create_index(access.connection(), call.collection, *spec);
            if (!index) return fail(std::move(index.error()));
            const auto keep = access.keep();
            if (auto built = build(access.connection(), *access.collection(), **index); !built) return fail(std::move(built.error()));
            reply.changed = true;
        }
        return Reply(reply);
    });
}

Result<Reply> run_list_indexes(const Call& call) {
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    IndexesReply reply;
    if (const auto* collection = snapshot->collection(); collection != nullptr) {
        reply.indexes.push_back(collection->id_index.spec);
        reply.indexes.back().unique = false;  // as MongoDB lists it, and the form in which create_indexes takes it again
        for (const auto& index : collection->indexes) reply.indexes.push_back(index.spec);
    }
    return Reply(std::move(reply));
}

Result<Reply> run_drop_indexes(const Call& call, const DropIndexes& op) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        const auto* collection = access.collection();
        DoneReply   reply;
        reply.changed = false;
        auto names    = op.names;
        if (names.empty() && collection != nullptr) {
            for (const auto& index : collection->indexes) names.push_back(index.spec.name);
        }
        for (const auto& name : names) {
            if (name == "_id_") return fail(coded(Errc::invalid_argument, code::invalid_options, "InvalidOptions", "the index on _id stays", name));
            collection        = access.collection();
            const auto* index = collection != nullptr ? collection->find_index(name) : nullptr;
            if (index == nullptr) return fail(index_not_found(name));
            const auto keep = access.keep();
            if (auto done = drop_index(access.connection(), *index); !done) return fail(std::move(done.error()));
            reply.changed = true;
        }
        return Reply(reply);
    });
}

Result<Reply> run_hide_index(const Call& call, const HideIndex& op) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        const auto* collection = access.collection();
        const auto* index      = collection != nullptr ? collection->find_index(op.name) : nullptr;
        if (index == nullptr) return fail(index_not_found(op.name));
        if (index->id == 0) return mql::mql_error(mql::code::bad_value, "the index on _id cannot be hidden", op.name);
        DoneReply reply;
        reply.changed = index->spec.hidden != op.hidden;
        const auto keep = access.keep();
        if (reply.changed) {
            if (auto done = set_hidden(access.connection(), *index, op.hidden); !done) return fail(std::move(done.error()));
        }
        return Reply(reply);
    });
}

Result<Reply> run_create_collection(const Call& call) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        DoneReply reply;
        reply.changed = access.collection() == nullptr;
        if (auto made = access.ensure_collection(); !made) return fail(std::move(made.error()));
        return Reply(reply);
    });
}

Result<Reply> run_drop_collection(const Call& call) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        DoneReply   reply;
        const auto  keep       = access.keep();
        const auto* collection = access.collection();
        reply.changed          = collection != nullptr;
        if (collection != nullptr) {
            if (auto done = drop_collection(access.connection(), *collection); !done) return fail(std::move(done.error()));
        }
        return Reply(reply);
    });
}

}  // namespace tenon::sqlite
