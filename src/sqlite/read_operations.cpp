#include "sqlite/operations.hpp"

#include <set>

#include <tenon/bson/compare.hpp>

#include "mql/distinct.hpp"
#include "mql/expression.hpp"
#include "mql/mql_error.hpp"
#include "sqlite/access.hpp"
#include "sqlite/cursor.hpp"
#include "sqlite/keys.hpp"
#include "sqlite/query.hpp"
#include "sqlite/rows.hpp"
#include "sqlite/statements.hpp"
#include "sqlite/stored.hpp"

namespace tenon::sqlite {

namespace {

bool scalar(bson::Type type) noexcept {
    switch (type) {
        case bson::Type::array:
        case bson::Type::document:
        case bson::Type::regex:
        case bson::Type::undefined:
        case bson::Type::null: return false;
        default:               return true;
    }
}

/// The id of a filter `{_id: id}` or `{_id: {$eq: id}}` that is nothing but a plain equality; missing otherwise.
bson::ValueRef plain_id(bson::View filter) noexcept {
    const auto first = filter.begin();
    if (first == filter.end() || first->key != "_id") return {};
    auto second = first;
    ++second;
    if (second != filter.end()) return {};
    if (scalar(first->value.type())) return first->value;
    if (first->value.type() != bson::Type::document) return {};
    const auto inner = first->value.as_view();
    if (inner.empty() || !inner.begin()->key.starts_with('$')) return first->value;
    auto       next = inner.begin();
    const auto id   = next->value;
    if (next->key != "$eq" || !scalar(id.type())) return {};
    return ++next == inner.end() ? id : bson::ValueRef{};
}

// The path of a read by id: one statement, no plan, no transaction of its own. A collection's tables never change their names, and its
// _id table is no index that could be built meanwhile, so the catalogue need not be checked where it knows the collection.
Result<std::optional<bson::Document>> get_by_id(Connection& connection, const CollectionInfo& collection, bson::ValueRef id) {
    auto statement = connection.prepare(statement_key(Sql::get_by_id, collection.id), [&] {
        return "SELECT d.doc FROM " + ids_table(collection.id) + " AS e CROSS JOIN " + rows_table(collection.id) +
               " AS d ON d.id = e.row WHERE e.key=?1";
    });
    if (!statement) return fail(std::move(statement.error()));
    const auto key = id_key(id);
    statement->bind(1, std::string_view(key));
    const int rc = statement->step();
    if (rc == SQLITE_DONE) return std::optional<bson::Document>{};
    if (rc != SQLITE_ROW) return fail(connection.error(rc, "reading by _id"));
    const auto stored = stored_document(statement->blob(0));
    if (!stored) return fail(stored.error());
    return std::optional<bson::Document>(bson::Document(*stored));
}

/// Empty when the fast path does not apply; the general one decides then.
std::optional<Result<std::optional<bson::Document>>> try_get_by_id(const Call& call, bson::ValueRef id) {
    if (call.transaction) return std::nullopt;
    auto reader = call.engine->reader(call.limits);
    if (!reader) return fail(std::move(reader.error()));
    auto& connection = **reader;
    if (!connection.catalogue) return std::nullopt;
    const auto* collection = connection.catalogue->find(call.collection);
    if (collection == nullptr) return std::nullopt;
    const LimitScope limits(connection, call.limits);
    auto             found = get_by_id(connection, *collection, id);
    // "no such table": another process dropped the collection.
    if (!found && found.error().server.name == sqlite3_errstr(SQLITE_ERROR)) {
        connection.catalogue.reset();
        return std::nullopt;
    }
    return found;
}

}  // namespace

Result<Reply> run_find(const Call& call, Find& op) {
    const bool projects   = !op.projection.empty();
    auto       projection = checked_projection(op.projection, op.filter);
    if (!projection) return fail(std::move(projection.error()));
    if (op.skip == 0 && op.limit >= 0 && op.sort.empty() && op.hint.empty() && !projects) {
        if (const auto id = plain_id(op.filter); !id.missing()) {
            if (auto found = try_get_by_id(call, id)) {
                if (!*found) return fail(std::move(found->error()));
                FindReply reply;
                reply.cursor = single_cursor(std::move(**found));
                return Reply(std::move(reply));
            }
        }
    }
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    QuerySpec spec;
    spec.filter = op.filter;
    spec.sort   = op.sort;
    spec.skip   = op.skip;
    spec.limit  = op.limit;
    spec.hint   = op.hint;
    auto query  = Query::prepare(snapshot->connection(), snapshot->collection(), spec);
    if (!query) return fail(std::move(query.error()));
    FindReply reply;
    if (snapshot->collection() == nullptr) {
        reply.cursor = single_cursor(std::nullopt);
        return Reply(std::move(reply));
    }
    if (!call.transaction) {
        reply.cursor = stream_cursor(call, std::move(*snapshot), std::move(*query), std::move(*projection), projects);
        return Reply(std::move(reply));
    }
    // A statement left open in a transaction would see its later writes half way, and stand in the way of its commit.
    const LimitScope           limits(snapshot->connection(), call.limits);
    std::unique_ptr<RowSource> source;
    Window                     window;
    if (query->sorts_in_memory()) {
        // The sort has to see every document before it gives the first; what stays of them is their row numbers.
        std::vector<std::int64_t> rows;
        for (;;) {
            auto match = query->next();
            if (!match) return fail(std::move(match.error()));
            if (!*match) break;
            rows.push_back((*match)->row);
        }
        source = std::make_unique<RowSource>(call.transaction, snapshot->keep(), *snapshot->collection(), std::move(rows));
    } else {
        window = {op.skip, op.limit == 0 ? -1 : op.limit};
        source = std::make_unique<RowSource>(call.transaction, snapshot->keep(), *snapshot->collection(), query->scan()->plan());
    }
    if (auto started = source->start(); !started) return fail(std::move(started.error()));
    reply.cursor = rows_cursor(call, std::move(source), window, query->filter(), std::move(*projection), projects);
    return Reply(std::move(reply));
}

namespace {

struct Counted {
    std::int64_t   count = 0;
    bson::Document plan{};  ///< when explaining
};

bson::Document describe(const Query& query, std::string_view stage, std::int64_t returned) {
    bson::Builder builder;
    builder.append("stage", stage);
    const Scan* scan = query.scan();
    if (scan != nullptr && scan->plan().index != nullptr) {
        builder.append("index", scan->plan().index->spec.name);
        builder.append("keys", scan->plan().index->spec.keys);
        builder.append("multikey", scan->plan().index->multikey != 0);
        builder.append("direction", std::string_view(scan->plan().reverse ? "backward" : "forward"));
    }
    if (scan != nullptr && scan->plan().stage == Plan::Stage::branches) {
        builder.open_array("branches");
        for (const auto& branch : scan->plan().branches) builder.push(branch.index->spec.name);
        builder.close();
    }
    builder.append("keys_examined", scan != nullptr ? scan->keys_examined() : std::int64_t{0});
    builder.append("documents_examined", scan != nullptr ? scan->documents_examined() : std::int64_t{0});
    builder.append("returned", returned);
    builder.append("sorted", query.sorted_by());
    return builder.take();
}

std::string_view stage_of(const Query& query) {
    if (query.scan() == nullptr) return "EOF";
    const auto& plan = query.scan()->plan();
    switch (plan.stage) {
        case Plan::Stage::nothing:    return "EOF";
        case Plan::Stage::collection: return "COLLSCAN";
        case Plan::Stage::branches:   return "OR";
        case Plan::Stage::index:      return plan.single_id ? "IDHACK" : "IXSCAN";
    }
    return "COLLSCAN";
}

Result<Counted> count(const Call& call, const Count& op, bool explain) {
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    const LimitScope limits(snapshot->connection(), call.limits);
    QuerySpec        spec;
    spec.filter = op.filter;
    spec.skip   = op.skip;
    spec.limit  = op.limit;
    spec.hint   = op.hint;
    auto query  = Query::prepare(snapshot->connection(), snapshot->collection(), spec);
    if (!query) return fail(std::move(query.error()));
    Counted counted;
    if (query->scan() == nullptr) {
        if (explain) counted.plan = describe(*query, "EOF", 0);
        return counted;
    }
    const auto& plan    = query->scan()->plan();
    const bool  by_keys = plan.exact && plan.stage == Plan::Stage::index && !plan.dedupe;
    if (by_keys || (plan.stage == Plan::Stage::collection && plan.exact)) {
        std::int64_t total = 0;
        if (by_keys) {
            auto entries = count_entries(snapshot->connection(), *snapshot->collection(), plan);
            if (!entries) return fail(std::move(entries.error()));
            total = *entries;
        } else {
            // The table of ids is the smaller one.
            auto statement = snapshot->connection().prepare(statement_key(Sql::count_all, snapshot->collection()->id),
                                                            [&] { return "SELECT count(*) FROM " + ids_table(snapshot->collection()->id); });
            if (!statement) return fail(std::move(statement.error()));
            const int rc = statement->step();
            if (rc != SQLITE_ROW) return fail(snapshot->connection().error(rc, "counting"));
            total = statement->integer(0);
        }
        counted.count = std::max<std::int64_t>(0, total - op.skip);
        if (op.limit > 0) counted.count = std::min(counted.count, op.limit);
        if (explain) {
            bson::Builder builder;
            builder.append("stage", std::string_view(by_keys ? "COUNT_SCAN" : "RECORD_STORE_FAST_COUNT"));
            if (by_keys) builder.append("index", plan.index->spec.name);
            builder.append("keys_examined", by_keys ? total : std::int64_t{0});
            builder.append("documents_examined", std::int64_t{0});
            builder.append("returned", counted.count);
            builder.append("sorted", std::string_view("none"));
            counted.plan = builder.take();
        }
        return counted;
    }
    for (;;) {
        auto match = query->next();
        if (!match) return fail(std::move(match.error()));
        if (!*match) break;
        ++counted.count;
    }
    if (explain) counted.plan = describe(*query, stage_of(*query), counted.count);
    return counted;
}

}  // namespace

Result<Reply> run_count(const Call& call, const Count& op) {
    auto counted = count(call, op, false);
    if (!counted) return fail(std::move(counted.error()));
    return Reply(CountReply{counted->count});
}

Result<Reply> run_estimated_count(const Call& call) {
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    if (snapshot->collection() == nullptr) return Reply(CountReply{0});
    auto statement = snapshot->connection().prepare(statement_key(Sql::documents), [] { return "SELECT documents FROM tenon_collections WHERE id=?1"; });
    if (!statement) return fail(std::move(statement.error()));
    statement->bind(1, snapshot->collection()->id);
    const int rc = statement->step();
    if (rc != SQLITE_ROW) return fail(snapshot->connection().error(rc, "reading the collection's size"));
    return Reply(CountReply{statement->integer(0)});
}

Result<Reply> run_distinct(const Call& call, const Distinct& op) {
    if (op.path.empty() || op.path.find('\0') != std::string::npos) {
        return mql::mql_error(mql::code::bad_value, "distinct needs the path of a field", "path");
    }
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    const LimitScope limits(snapshot->connection(), call.limits);
    QuerySpec        spec;
    spec.filter = op.filter;
    auto query  = Query::prepare(snapshot->connection(), snapshot->collection(), spec);
    if (!query) return fail(std::move(query.error()));
    if (auto checked = mql::check_field_path(op.path); !checked) return fail(std::move(checked.error()));
    std::set<bson::Value>       values;
    std::vector<bson::ValueRef> found;
    std::size_t                 bytes = 0;
    for (;;) {
        auto match = query->next();
        if (!match) return fail(std::move(match.error()));
        if (!*match) break;
        found.clear();
        mql::collect_distinct((*match)->document, op.path, found);
        for (const auto& value : found) {
            const auto [at, added] = values.emplace(value);
            if (!added) continue;
            // MongoDB answers in one document, and refuses past its size.
            bytes += value.bytes().size();
            if (bytes > bson::max_document_size) {
                return fail(coded(Errc::invalid_argument, 17217, "Location17217", "the distinct values take more than 16 MiB"));
            }
        }
    }
    bson::Builder builder;
    for (const auto& value : values) builder.push(value.ref());
    auto array = builder.finish();
    if (!array) return fail(std::move(array.error()));
    return Reply(DistinctReply{bson::Array(std::move(*array))});
}

Result<Reply> run_explain(const Call& call, const Explain& op) {
    if (const auto* counting = std::get_if<Count>(&op.operation)) {
        auto counted = count(call, *counting, true);
        if (!counted) return fail(std::move(counted.error()));
        return Reply(ExplainReply{std::move(counted->plan)});
    }
    const auto& find     = std::get<Find>(op.operation);
    auto        snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    const LimitScope limits(snapshot->connection(), call.limits);
    QuerySpec        spec;
    spec.filter = find.filter;
    spec.sort   = find.sort;
    spec.skip   = find.skip;
    spec.limit  = find.limit;
    spec.hint   = find.hint;
    auto query  = Query::prepare(snapshot->connection(), snapshot->collection(), spec);
    if (!query) return fail(std::move(query.error()));
    std::int64_t returned = 0;
    for (;;) {
        auto match = query->next();
        if (!match) return fail(std::move(match.error()));
        if (!*match) break;
        ++returned;
    }
    return Reply(ExplainReply{describe(*query, stage_of(*query), returned)});
}

Result<Reply> run_list_collections(const Call& call) {
    auto snapshot = Snapshot::open(call);
    if (!snapshot) return fail(std::move(snapshot.error()));
    CollectionsReply reply;
    for (const auto& [name, collection] : snapshot->catalogue().collections) reply.names.push_back(name);
    return Reply(std::move(reply));
}

}  // namespace tenon::sqlite
