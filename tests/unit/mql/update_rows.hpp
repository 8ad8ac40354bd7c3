#pragma once
// Tables of updates and projections, and how their rows are checked.

#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

#include "mql/filter.hpp"
#include "mql/projection.hpp"
#include "mql/update.hpp"
#include "mql/upsert.hpp"

namespace tenon::testing_rows {

/// Without a document the row is an upsert that found nothing. Without `after` it fails with `code`.
struct UpdateRow {
    const char* document;
    const char* update;
    const char* filter;
    const char* array_filters;
    const char* after;
    int         code;
    bool        changed;
};

struct ProjectionRow {
    const char* document;
    const char* projection;
    const char* filter;
    const char* projected;
    int         code;
};

inline bson::Document document(const char* json) {
    if (json == nullptr) return {};
    auto parsed = bson::from_json(json);
    REQUIRE_MESSAGE(parsed.has_value(), json);
    return *parsed;
}

struct Outcome {
    Result<bson::Document> after;
    bool                   changed;
};

inline Outcome run(const UpdateRow& row) {
    using namespace mql;
    const auto before    = document(row.document);
    const auto update    = document(row.update);
    const auto filter    = document(row.filter);
    const bool inserting = row.document == nullptr;
    if (Update::is_replacement(update)) {
        if (inserting) return {upserted_replacement(filter, update), false};
        auto       after   = replacement(before, update);
        const bool changed = after && !(update.view() == before.view());
        return {std::move(after), changed};
    }
    std::vector<bson::Document> filters;
    const auto                  wrapped = document(row.array_filters == nullptr ? nullptr :
                                                   ("{\"v\":" + std::string(row.array_filters) + "}").c_str());
    if (!wrapped.empty()) {
        for (const auto& element : wrapped["v"].as_view()) filters.emplace_back(element.value.as_view());
    }
    const auto parsed = Update::parse(update, filters);
    if (!parsed) return {fail(parsed.error()), false};
    if (inserting) return {upserted(filter, *parsed, ApplyContext{}), false};

    const auto   match = Filter::parse(filter);
    MatchDetails details;
    REQUIRE(match.has_value());
    REQUIRE(match->matches(before, &details).value_or(false));
    ApplyContext context;
    context.positional = &details;
    bson::Document after(before);
    const auto     changed = parsed->apply(before, context, after);
    if (!changed) return {fail(changed.error()), false};
    return {std::move(after), *changed};
}

inline void check_updates(std::span<const UpdateRow> rows) {
    for (const auto& row : rows) {
        CAPTURE(row.document);
        CAPTURE(row.update);
        CAPTURE(row.filter);
        CAPTURE(row.array_filters);
        const auto [after, changed] = run(row);
        if (row.after == nullptr) {
            REQUIRE_FALSE(after.has_value());
            CHECK(after.error().code == Errc::invalid_argument);
            CHECK(after.error().server.code == row.code);
            continue;
        }
        REQUIRE_MESSAGE(after.has_value(), after.error().message);
        CHECK(bson::to_json(*after, bson::JsonMode::canonical) == bson::to_json(document(row.after), bson::JsonMode::canonical));
        CHECK(changed == row.changed);
    }
}

inline void check_projections(std::span<const ProjectionRow> rows) {
    for (const auto& row : rows) {
        CAPTURE(row.document);
        CAPTURE(row.projection);
        CAPTURE(row.filter);
        const auto        before = document(row.document);
        const auto        filter = mql::Filter::parse(document(row.filter));
        mql::MatchDetails details;
        REQUIRE(filter.has_value());
        REQUIRE(filter->matches(before, &details).value_or(false));
        const auto parsed    = mql::Projection::parse(document(row.projection));
        const auto projected = parsed ? parsed->apply(before, &details) : Result<bson::Document>(fail(parsed.error()));
        if (row.projected == nullptr) {
            REQUIRE_FALSE(projected.has_value());
            CHECK(projected.error().server.code == row.code);
            continue;
        }
        REQUIRE_MESSAGE(projected.has_value(), projected.error().message);
        CHECK(bson::to_json(*projected, bson::JsonMode::canonical) == bson::to_json(document(row.projected), bson::JsonMode::canonical));
    }
}

}  // namespace tenon::testing_rows
