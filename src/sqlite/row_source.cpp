#include "sqlite/row_source.hpp"

#include <algorithm>
#include <limits>

#include "sqlite/statements.hpp"

namespace tenon::sqlite {

namespace {

constexpr std::size_t batch_size = 128;

// Below every row: with the end of a range it is the place just outside.
constexpr std::int64_t before_rows = -1;

std::size_t range_count(const Plan& plan) noexcept {
    switch (plan.stage) {
        case Plan::Stage::nothing:    return 0;
        case Plan::Stage::collection: return 1;
        default:                      return plan.ranges.size();
    }
}

tl::unexpected<Error> dropped() {
    return fail(coded(Errc::invalid_argument, code::query_plan_killed, "QueryPlanKilled",
                      "the collection or index that the cursor reads was dropped"));
}

}  // namespace

RowSource::RowSource(std::shared_ptr<TransactionState> transaction, std::shared_ptr<const Catalogue> catalogue,
                     const CollectionInfo& collection, Plan plan)
    : transaction_(std::move(transaction)), catalogue_(std::move(catalogue)), collection_(&collection), plan_(std::move(plan)),
      dedupe_(plan_.dedupe) {
    transaction_->watches.push_back(this);
}

RowSource::RowSource(std::shared_ptr<TransactionState> transaction, std::shared_ptr<const Catalogue> catalogue,
                     const CollectionInfo& collection, std::vector<std::int64_t> rows)
    : transaction_(std::move(transaction)), catalogue_(std::move(catalogue)), collection_(&collection), listed_(true),
      rows_(std::move(rows)) {
    transaction_->watches.push_back(this);
}

RowSource::~RowSource() {
    auto& watches = transaction_->watches;
    watches.erase(std::remove(watches.begin(), watches.end(), this), watches.end());
}

const Plan* RowSource::branch() const noexcept {
    if (plan_.stage != Plan::Stage::branches) return branch_ == 0 ? &plan_ : nullptr;
    return branch_ < plan_.branches.size() ? &plan_.branches[branch_] : nullptr;
}

void RowSource::inserted(std::int64_t collection, std::int64_t row) noexcept {
    // The number may be that of a row removed before.
    if (collection != collection_->id || row > highest_) return;
    highest_ = row - 1;
    rows_.erase(std::remove(rows_.begin() + static_cast<std::ptrdiff_t>(at_), rows_.end(), row), rows_.end());
}

bool RowSource::passed(std::int64_t row, std::string_view key) const {
    if (std::find(rows_.begin() + static_cast<std::ptrdiff_t>(at_), rows_.end(), row) != rows_.end()) return true;
    if (!begun_ && range_ == 0) return false;
    const auto& ranges = plan_.ranges;
    const auto  holds  = std::find_if(ranges.begin(), ranges.end(), [&](const KeyRange& r) { return r.low <= key && key < r.high; });
    if (holds == ranges.end()) return false;
    const auto at = static_cast<std::size_t>(holds - ranges.begin());
    const auto in_order = plan_.reverse ? ranges.size() - 1 - at : at;
    if (in_order != range_) return in_order < range_;
    if (!begun_) return false;
    const int order = key.compare(key_);
    if (order != 0) return (order < 0) != plan_.reverse;
    return plan_.reverse ? row >= row_ : row <= row_;
}

void RowSource::moves(std::int64_t index, std::int64_t row, std::string_view key) {
    if (dedupe_ || plan_.stage != Plan::Stage::index || plan_.index->id != index) return;
    if (passed(row, key)) seen_.insert(row);
}

// What the plan rests on may have changed in the transaction: an index dropped, an array stored in one that held none.
Result<void> RowSource::check_catalogue() {
    auto catalogue = current_catalogue(*transaction_->connection);
    if (!catalogue) return fail(std::move(catalogue.error()));
    if (*catalogue == catalogue_.get()) return {};
    const auto* collection = (*catalogue)->find(collection_->name);
    if (collection == nullptr || collection->id != collection_->id) return dropped();
    const Plan* plan = branch();
    if (plan == nullptr || plan->stage != Plan::Stage::index || plan->index->id == 0) return {};
    const auto index = std::find_if(collection->indexes.begin(), collection->indexes.end(),
                                    [&](const IndexInfo& one) { return one.id == plan->index->id; });
    if (index == collection->indexes.end()) return dropped();
    if (index->multikey != plan->index->multikey) dedupe_ = true;
    return {};
}

Result<Statement> RowSource::prepare(const Plan& plan) {
    auto& connection = *transaction_->connection;
    if (plan.stage == Plan::Stage::collection) {
        return connection.prepare(statement_key(plan.reverse ? Sql::row_batch_reverse : Sql::row_batch, collection_->id), [&] {
            return "SELECT id, NULL FROM " + rows_table(collection_->id) +
                   (plan.reverse ? " WHERE id < ?2 ORDER BY id DESC LIMIT ?4" : " WHERE id > ?2 ORDER BY id LIMIT ?4");
        });
    }
    const bool on_id = plan.index->id == 0;
    const auto kind  = on_id ? (plan.reverse ? Sql::id_batch_reverse : Sql::id_batch) : (plan.reverse ? Sql::batch_reverse : Sql::batch);
    return connection.prepare(statement_key(kind, on_id ? collection_->id : plan.index->id), [&] {
        const auto table = on_id ? ids_table(collection_->id) : entries_table(plan.index->id);
        return "SELECT row, key FROM " + table +
               (plan.reverse ? " WHERE (key, row) < (?1, ?2) AND key >= ?3 ORDER BY key DESC, row DESC LIMIT ?4"
                             : " WHERE (key, row) > (?1, ?2) AND key < ?3 ORDER BY key, row LIMIT ?4");
    });
}

// Fills the batch; empty only at the end.
Result<void> RowSource::fetch() {
    rows_.clear();
    at_ = 0;
    if (listed_) return {};
    auto& connection = *transaction_->connection;
    if (auto checked = check_catalogue(); !checked) return checked;
    while (rows_.empty()) {
        const Plan* plan = branch();
        if (plan == nullptr) return {};
        const auto ranges = range_count(*plan);
        if (range_ == ranges) {
            ++branch_;
            range_ = 0;
            begun_ = false;
            if (auto checked = check_catalogue(); !checked) return checked;
            continue;
        }
        auto statement = prepare(*plan);
        if (!statement) return fail(std::move(statement.error()));
        const bool keyed = plan->stage == Plan::Stage::index;
        const auto range = keyed ? plan->ranges[plan->reverse ? ranges - 1 - range_ : range_] : KeyRange{};
        if (!begun_) {
            key_ = plan->reverse ? range.high : range.low;
            row_ = plan->reverse && !keyed ? std::numeric_limits<std::int64_t>::max() : before_rows;
        }
        const std::string from = key_;
        if (keyed) {
            statement->bind(1, std::string_view(from));
            statement->bind(3, std::string_view(plan->reverse ? range.low : range.high));
        }
        statement->bind(2, row_);
        statement->bind(4, static_cast<std::int64_t>(batch_size));
        std::size_t entries = 0;
        int         rc      = statement->step();
        for (; rc == SQLITE_ROW; rc = statement->step()) {
            ++entries;
            row_ = statement->integer(0);
            if (keyed) key_ = statement->text(1);
            begun_ = true;
            if (row_ > highest_) continue;
            if (dedupe_ ? !seen_.insert(row_).second : seen_.contains(row_)) continue;
            rows_.push_back(row_);
        }
        if (rc != SQLITE_DONE) return fail(connection.error(rc, "reading documents"));
        if (const auto* limit = connection.reached_limit(); limit != nullptr) return fail(limit->error("reading documents"));
        if (entries < batch_size) {
            ++range_;
            begun_ = false;
        }
    }
    return {};
}

Result<void> RowSource::start() {
    auto& connection = *transaction_->connection;
    auto  statement  = connection.prepare(statement_key(Sql::max_row, collection_->id),
                                          [&] { return "SELECT max(id) FROM " + rows_table(collection_->id); });
    if (!statement) return fail(std::move(statement.error()));
    const int rc = statement->step();
    if (rc != SQLITE_ROW) return fail(connection.error(rc, "finding the end of the collection"));
    highest_ = statement->integer(0);
    return {};
}

Result<std::optional<std::int64_t>> RowSource::next() {
    if (at_ == rows_.size()) {
        if (auto fetched = fetch(); !fetched) return fail(std::move(fetched.error()));
    }
    if (at_ == rows_.size()) return std::optional<std::int64_t>{};
    return std::optional<std::int64_t>(rows_[at_++]);
}

}  // namespace tenon::sqlite
