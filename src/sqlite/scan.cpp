#include "sqlite/scan.hpp"

#include "sqlite/statements.hpp"
#include "sqlite/stored.hpp"

namespace tenon::sqlite {

namespace {

Result<Statement> prepare_scan(Connection& connection, const CollectionInfo& collection, const Plan& plan) {
    const auto rows = rows_table(collection.id);
    if (plan.stage == Plan::Stage::collection) {
        return connection.prepare(statement_key(plan.reverse ? Sql::scan_reverse : Sql::scan, collection.id), [&] {
            return "SELECT id, doc FROM " + rows + (plan.reverse ? " ORDER BY id DESC" : " ORDER BY id");
        });
    }
    const bool on_id = plan.index->id == 0;
    const auto kind  = on_id ? (plan.reverse ? Sql::id_range_reverse : Sql::id_range) : (plan.reverse ? Sql::range_reverse : Sql::range);
    return connection.prepare(statement_key(kind, on_id ? collection.id : plan.index->id), [&] {
        const auto entries = on_id ? ids_table(collection.id) : entries_table(plan.index->id);
        // CROSS JOIN keeps SQLite from turning the join round.
        std::string sql = "SELECT e.row, d.doc FROM " + entries + " AS e CROSS JOIN " + rows + " AS d ON d.id = e.row WHERE e.key >= ?1 AND e.key < ?2";
        if (plan.reverse) sql += on_id ? " ORDER BY e.key DESC" : " ORDER BY e.key DESC, e.row DESC";
        else sql += on_id ? " ORDER BY e.key" : " ORDER BY e.key, e.row";
        return sql;
    });
}

}  // namespace

Scan::Scan(Connection& connection, const CollectionInfo& collection, Plan plan)
    : connection_(&connection), collection_(&collection), plan_(std::move(plan)) {}

const Plan* Scan::current_plan() const noexcept {
    if (plan_.stage != Plan::Stage::branches) return branch_ == 0 ? &plan_ : nullptr;
    return branch_ < plan_.branches.size() ? &plan_.branches[branch_] : nullptr;
}

Result<bool> Scan::start_next_range() {
    for (;;) {
        const Plan* plan = current_plan();
        if (plan == nullptr) return false;
        const std::size_t ranges = plan->stage == Plan::Stage::collection ? 1 : (plan->stage == Plan::Stage::nothing ? 0 : plan->ranges.size());
        if (range_ == ranges) {
            ++branch_;
            range_     = 0;
            statement_ = Statement();
            continue;
        }
        if (range_ == 0) {
            auto prepared = prepare_scan(*connection_, *collection_, *plan);
            if (!prepared) return fail(std::move(prepared.error()));
            statement_ = std::move(*prepared);
        } else {
            statement_.reset();
        }
        if (plan->stage == Plan::Stage::index) {
            const auto& range = plan->ranges[plan->reverse ? ranges - 1 - range_ : range_];
            statement_.bind(1, std::string_view(range.low));
            statement_.bind(2, std::string_view(range.high));
        }
        ++range_;
        open_ = true;
        return true;
    }
}

Result<bool> Scan::next() {
    for (;;) {
        if (!open_) {
            auto started = start_next_range();
            if (!started || !*started) return started;
        }
        const int rc = statement_.step();
        if (rc == SQLITE_DONE) {
            open_ = false;
            continue;
        }
        if (rc != SQLITE_ROW) return fail(connection_->error(rc, "reading documents"));
        row_              = statement_.integer(0);
        const Plan* plan  = current_plan();
        keys_            += plan->stage == Plan::Stage::index ? 1 : 0;
        if (plan_.dedupe && !seen_.insert(row_).second) continue;
        const auto stored = stored_document(statement_.blob(1));
        if (!stored) return fail(stored.error());
        document_ = *stored;
        ++documents_;
        if (documents_ % 32 == 0) {
            if (const auto* limit = connection_->reached_limit(); limit != nullptr) return fail(limit->error("reading documents"));
        }
        return true;
    }
}

Result<std::int64_t> count_entries(Connection& connection, const CollectionInfo& collection, const Plan& plan) {
    const bool on_id     = plan.index->id == 0;
    auto       statement = connection.prepare(statement_key(on_id ? Sql::id_count : Sql::count, on_id ? collection.id : plan.index->id), [&] {
        return "SELECT count(*) FROM " + (on_id ? ids_table(collection.id) : entries_table(plan.index->id)) + " WHERE key >= ?1 AND key < ?2";
    });
    if (!statement) return fail(std::move(statement.error()));
    std::int64_t total = 0;
    for (const auto& range : plan.ranges) {
        statement->bind(1, std::string_view(range.low));
        statement->bind(2, std::string_view(range.high));
        const int rc = statement->step();
        if (rc != SQLITE_ROW) return fail(connection.error(rc, "counting"));
        total += statement->integer(0);
        statement->reset();
    }
    return total;
}

}  // namespace tenon::sqlite
