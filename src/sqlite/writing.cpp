#include "sqlite/writing.hpp"

#include "mql/update.hpp"
#include "sqlite/storable.hpp"

namespace tenon::sqlite {

Result<Rows*> Writing::rows(bool create) {
    if (rows_) return &*rows_;
    if (create) {
        if (auto made = access_.ensure_collection(); !made) return fail(std::move(made.error()));
    }
    keep_                  = access_.keep();
    const auto* collection = access_.collection();
    if (collection == nullptr) return fail(Errc::corrupt, "a collection that holds rows is not there");
    rows_.emplace(access_.connection(), *collection, access_.watches());
    return &*rows_;
}

Result<void> Writing::flush() {
    if (!rows_) return {};
    auto done = rows_->finish();
    // The marks may have moved the catalogue.
    if (access_.keep() != keep_) rows_.reset();
    return done;
}

Result<void> Writing::insert(bson::View document) {
    if (auto ok = mql::check_id(document["_id"]); !ok) return ok;
    return insert_checked(document);
}

Result<void> Writing::insert_checked(bson::View document) {
    auto target = rows(true);
    if (!target) return fail(std::move(target.error()));
    return (*target)->insert(document);
}

Result<bson::Document> Writing::read(std::int64_t row) {
    auto target = rows(false);
    if (!target) return fail(std::move(target.error()));
    auto stored = (*target)->read(row);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored) return fail(Errc::corrupt, "a row that an index names is not there");
    return std::move(**stored);
}

Result<void> Writing::replace(std::int64_t row, bson::View before, bson::View after) {
    auto target = rows(false);
    if (!target) return fail(std::move(target.error()));
    auto done = (*target)->replace(row, before, after);
    if (!done && !ends_transaction(done.error())) done.error().document_id = shown_id(before);
    return done;
}

Result<void> Writing::remove(std::int64_t row, bson::View before) {
    auto target = rows(false);
    if (!target) return fail(std::move(target.error()));
    return (*target)->remove(row, before);
}

Result<Found> Writing::matching(const QuerySpec& spec) {
    auto query = Query::prepare(access_.connection(), access_.collection(), spec);
    if (!query) return fail(std::move(query.error()));
    Found found{.filter = query->filter()};
    for (;;) {
        auto match = query->next();
        if (!match) {
            if (ends_transaction(match.error()) || found.rows.empty()) return fail(std::move(match.error()));
            found.fault = std::move(match.error());
            break;
        }
        if (!*match) break;
        found.rows.push_back((*match)->row);
    }
    return found;
}

}  // namespace tenon::sqlite
