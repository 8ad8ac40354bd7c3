#pragma once
// What a write leaves in the collection, byte for byte, in few words: see shown().

#include "fixture.hpp"

#include <functional>
#include <optional>

namespace conformance {

using Failure = std::optional<tenon::Error>;

template <class T>
Failure failure(const Result<T>& result) {
    return result ? Failure{} : Failure{result.error()};
}

/// Runs an operation past the rules of every model.
template <class Op>
void past_the_rules(const Database& db, const std::string& collection, Op op) {
    tenon::ModelInfo plain;
    plain.collection = collection;
    good(tenon::run(db, tenon::Request{collection, std::move(op), &plain, {}}));
}

/// Puts these documents in place of all that the collection holds.
inline void put(const Database& db, const std::string& collection, std::vector<tenon::bson::Document> documents) {
    tenon::Delete all;
    all.many = true;
    past_the_rules(db, collection, std::move(all));
    tenon::Insert insert;
    insert.documents = std::move(documents);
    past_the_rules(db, collection, std::move(insert));
}

/// A value with its type: 1 is an int32, 1L an int64, @5 a date that a test chose, now one of the clock; the rest is Extended JSON.
inline std::string shown(tenon::bson::ValueRef value) {
    using tenon::bson::Type;
    switch (value.type()) {
        case Type::int32: return std::to_string(value.to_int64().value_or(0));
        case Type::int64: return std::to_string(value.to_int64().value_or(0)) + "L";
        case Type::datetime: return value.as_datetime().ms > 1'000'000 ? "now" : "@" + std::to_string(value.as_datetime().ms);
        default: return tenon::bson::to_json(value, tenon::bson::JsonMode::canonical);
    }
}

/// The collection's documents, fields in their stored order; one that is as it was `before` shows as "=" and its id.
inline std::string shown(const std::vector<tenon::bson::Document>& documents, const std::vector<tenon::bson::Document>& before) {
    std::string out;
    for (const auto& document : documents) {
        out += out.empty() ? "" : " ";
        bool same = false;
        for (const auto& old : before) same = same || tenon::bson::View(old) == tenon::bson::View(document);
        if (same) {
            out += "=" + tenon::bson::to_json(document["_id"]);
            continue;
        }
        std::string fields;
        for (const auto& [key, value] : document) fields += (fields.empty() ? "" : " ") + std::string(key) + ":" + shown(value);
        out += "{" + fields + "}";
    }
    return out;
}

}  // namespace conformance
