#pragma once
// What the calls answer with.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon {

struct UpdateResult {
    std::int64_t               matched  = 0;
    std::int64_t               modified = 0;    ///< those of the matched whose bytes changed
    std::optional<bson::Value> upserted_id{};   ///< the _id of a document that an upsert inserted
};

struct BulkResult {
    struct Upserted {
        std::size_t index = 0;  ///< of the item
        bson::Value id{};
    };
    std::int64_t          inserted = 0;
    std::int64_t          matched  = 0;
    std::int64_t          modified = 0;
    std::int64_t          deleted  = 0;
    std::vector<Upserted> upserted{};
};

/// The ids of an insert_many, in the order of the documents.
template <class Id>
struct InsertManyResult {
    std::int64_t    count = 0;
    std::vector<Id> ids{};
};

/// One page of a query.
template <class T>
struct Page {
    std::vector<T>             items{};
    std::optional<std::string> next{};   ///< opaque; goes into PageOptions::after. Empty: this was the last page
    std::optional<std::string> prev{};   ///< opaque; goes into PageOptions::before. Empty: this was the first page
    std::optional<std::uint64_t> total{};  ///< documents of the whole query; offset paging only
};

}  // namespace tenon
