#pragma once
// A table of filters over one pool of documents: each row names the documents that match; all others must not.
// The expectations are the answers of mongod 6.0.5.

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/document.hpp>

#include "mql/filter.hpp"

namespace tenon::test {

struct MatchRow {
    std::string              filter;
    std::vector<std::string> matches;
};

inline bson::Document json(const std::string& text) {
    auto document = bson::Document::from_json(text);
    REQUIRE_MESSAGE(document.has_value(), text);
    return std::move(*document);
}

inline void check_rows(const std::vector<std::string>& documents, std::span<const MatchRow> rows) {
    for (const MatchRow& row : rows) {
        CAPTURE(row.filter);
        const auto filter = mql::Filter::parse(json(row.filter));
        REQUIRE(filter.has_value());
        for (const std::string& document : documents) {
            CAPTURE(document);
            const auto matched = filter->matches(json(document));
            REQUIRE(matched.has_value());
            CHECK(*matched == (std::ranges::find(row.matches, document) != row.matches.end()));
        }
    }
}

}  // namespace tenon::test
