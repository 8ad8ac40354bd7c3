#include "sqlite/cursor.hpp"

#include <chrono>
#include <mutex>
#include <new>

#include "mql/mql_error.hpp"
#include "sqlite/expiry.hpp"
#include "sqlite/fork.hpp"
#include "sqlite/statements.hpp"
#include "sqlite/stored.hpp"
#include "store/closed.hpp"

namespace tenon::sqlite {

namespace {

Error forked() {
    Error error;
    error.code    = Errc::invalid_argument;
    error.message = "the cursor was opened before fork(); open another in this process";
    return error;
}

class SingleCursor final : public Cursor {
public:
    explicit SingleCursor(std::optional<bson::Document> document) : document_(std::move(document)) {}

    Result<std::optional<bson::View>> next() override {
        if (!document_ || given_) return std::optional<bson::View>{};
        given_ = true;
        return std::optional<bson::View>(document_->view());
    }

private:
    std::optional<bson::Document> document_;
    bool                          given_ = false;
};

Error expired() {
    Error error;
    error.code    = Errc::timeout;
    error.message = "the cursor expired: it was open for longer than cursor_age_ms";
    error.path    = "cursor_age_ms";
    return error;
}

// May be made to give its connection back by another thread, between two calls of its own: so what it answers is a copy, good even
// when the row it was read from is not.
class StreamCursor final : public Cursor, private Expiring {
public:
    StreamCursor(const Call& call, Snapshot snapshot, Query query, mql::Projection projection, bool projects)
        : Expiring(Clock::now() + call.engine->options().cursor_age), limits_(call.limits), list_(call.engine->cursors()), snapshot_(std::make_unique<Snapshot>(std::move(snapshot))), query_(std::make_unique<Query>(std::move(query))),
          projection_(std::move(projection)), projects_(projects) {
        snapshot_->connection().set_limits(&limits_);
        list_->add(*this);
    }
    ~StreamCursor() override {
        if (generation_ == fork_generation()) {
            list_->remove(*this);
            return;
        }
        // The list's mutex may have been locked at the fork, by a thread that is not here. Statements and connection are the parent's: closing them here would take its locks away.
        (void)query_.release();
        (void)snapshot_.release();
    }

    Result<std::optional<bson::View>> next() override {
        if (generation_ != fork_generation()) return after_fork();
        const std::lock_guard lock(mutex_);
        if (error_) return fail(*error_);
        if (!query_) return std::optional<bson::View>{};
        if (Clock::now() >= expires()) return end(expired());
        if (!limits_.none() && limits_.reached()) return end(limits_.error("reading documents"));
        auto match = query_->next();
        if (!match) return end(std::move(match.error()));
        if (!*match) {
            close();
            return std::optional<bson::View>{};
        }
        if (!projects_) {
            const auto bytes = (*match)->document.bytes();
            current_.assign(bytes.begin(), bytes.end());
            return std::optional<bson::View>(bson::View(current_.data()));
        }
        auto projected = project(projection_, query_->filter(), (*match)->document);
        if (!projected) return end(std::move(projected.error()));
        current_ = projected->release();
        return std::optional<bson::View>(bson::View(current_.data()));
    }

private:
    bool expire() noexcept override {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock.owns_lock()) return false;
        if (!query_) return true;
        close();
        error_ = expired();
        return true;
    }
    void let_go() noexcept override {
        const std::lock_guard lock(mutex_);
        if (!query_) return;
        close();
        error_ = closed();
    }
    // Without the mutex: it may have been locked at the fork.
    [[nodiscard]] Result<std::optional<bson::View>> after_fork() const {
        if (error_) return fail(*error_);
        if (!query_) return std::optional<bson::View>{};
        return fail(forked());
    }
    tl::unexpected<Error> end(Error error) {
        close();
        error_ = std::move(error);
        return fail(*error_);
    }
    // At the end the connection goes back at once, not when the caller drops the cursor.
    void close() {
        query_.reset();
        snapshot_.reset();
    }

    std::uint64_t               generation_ = fork_generation();
    std::mutex                  mutex_{};
    Limits                      limits_;
    std::shared_ptr<ExpiryList> list_;
    std::unique_ptr<Snapshot>   snapshot_;
    std::unique_ptr<Query>      query_;  // ends before the snapshot it reads from
    mql::Projection             projection_;
    bool                        projects_;
    std::vector<std::uint8_t>   current_{};
    std::optional<Error>        error_{};
};

class RowsCursor final : public Cursor {
public:
    RowsCursor(const Call& call, std::unique_ptr<RowSource> source, Window window, mql::Filter filter, mql::Projection projection, bool projects)
        : limits_(call.limits), source_(std::move(source)), window_(window), filter_(std::move(filter)),
          projection_(std::move(projection)), projects_(projects) {}

    Result<std::optional<bson::View>> next() override {
        if (error_) return fail(*error_);
        if (!source_ || window_.left == 0) return std::optional<bson::View>{};
        const auto& transaction = source_->transaction();
        if (transaction.generation != fork_generation()) return fail(forked());
        if (!transaction.open) return end({Errc::invalid_argument, "the transaction that the cursor was opened in has ended"});
        if (!limits_.none() && limits_.reached()) return end(limits_.error("reading documents"));
        auto&            connection = *transaction.connection;
        const LimitScope limits(connection, limits_);
        auto statement = connection.prepare(statement_key(Sql::get_by_row, source_->collection()),
                                            [&] { return "SELECT doc FROM " + rows_table(source_->collection()) + " WHERE id=?1"; });
        if (!statement) return end(std::move(statement.error()));
        for (;;) {
            statement->reset();
            const auto row = source_->next();
            if (!row) return end(row.error());
            if (!*row) {
                source_.reset();
                return std::optional<bson::View>{};
            }
            statement->bind(1, **row);
            const int rc = statement->step();
            if (rc == SQLITE_DONE) continue;
            if (rc != SQLITE_ROW) return end(connection.error(rc, "reading documents"));
            const auto stored = stored_document(statement->blob(0));
            if (!stored) return end(stored.error());
            const auto view = *stored;
            auto matched = filter_.matches(view);
            if (!matched) return end(std::move(matched.error()));
            if (!*matched) continue;
            if (window_.skip > 0) {
                --window_.skip;
                continue;
            }
            if (window_.left > 0) --window_.left;
            if (!projects_) {
                current_ = bson::Document(view);
                return std::optional<bson::View>(current_.view());
            }
            auto projected = project(projection_, filter_, view);
            if (!projected) return end(std::move(projected.error()));
            current_ = std::move(*projected);
            return std::optional<bson::View>(current_.view());
        }
    }

private:
    tl::unexpected<Error> end(Error error) {
        source_.reset();
        error_ = std::move(error);
        return fail(*error_);
    }

    Limits                     limits_;
    std::unique_ptr<RowSource> source_;  ///< null at the end
    Window                     window_;
    mql::Filter                filter_;
    mql::Projection            projection_;
    bool                       projects_;
    bson::Document             current_{};
    std::optional<Error>       error_{};
};

}  // namespace

namespace {

Result<mql::Projection> checked(bson::View projection, bson::View filter, bson::View sort, mql::ProjectionFor what) {
    auto parsed = projection.empty() && sort.empty() ? Result<mql::Projection>(mql::Projection()) : mql::Projection::parse(projection, what);
    if (parsed && !parsed->needs_match_details() && sort.empty()) return parsed;
    auto matching = mql::Filter::parse(filter);
    if (!matching) return fail(std::move(matching.error()));
    if (auto ordered = mql::Sort::parse(sort); !ordered) return fail(std::move(ordered.error()));
    if (!matching->has_expression()) return parsed;
    what.filter_has_expression = true;
    return mql::Projection::parse(projection, what);
}

}  // namespace

Result<mql::Projection> checked_projection(bson::View projection, bson::View filter) { return checked(projection, filter, {}, {}); }

Result<mql::Projection> checked_projection_of_modify(const FindAndModify& op, bson::View sort) {
    return checked(op.projection, op.filter, sort, {.find_and_modify = true, .changed_document = op.return_after});
}

Result<bson::Document> project(const mql::Projection& projection, const mql::Filter& filter, bson::View document) {
    if (!projection.needs_match_details()) return projection.apply(document);
    mql::MatchDetails details;
    details.as_written = true;
    auto matched       = filter.matches(document, &details);
    if (!matched) return fail(std::move(matched.error()));
    return projection.apply(document, &details);
}

std::unique_ptr<Cursor> single_cursor(std::optional<bson::Document> document) {
    return std::make_unique<SingleCursor>(std::move(document));
}

std::unique_ptr<Cursor> stream_cursor(const Call& call, Snapshot snapshot, Query query, mql::Projection projection, bool projects) {
    return std::make_unique<StreamCursor>(call, std::move(snapshot), std::move(query), std::move(projection), projects);
}

std::unique_ptr<Cursor> rows_cursor(const Call& call, std::unique_ptr<RowSource> source, Window window, mql::Filter filter,
                                    mql::Projection projection, bool projects) {
    return std::make_unique<RowsCursor>(call, std::move(source), window, std::move(filter), std::move(projection), projects);
}

}  // namespace tenon::sqlite
