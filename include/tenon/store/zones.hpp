#pragma once
// Zones of a sharded cluster: which shards are in one, and which keys are kept there. MongoDB manual: Zones.

#include <string>

#include <tenon/bson/document.hpp>

namespace tenon {

/// Puts a shard into a zone; it stays in those it is in.
struct ZoneShard {
    std::string shard{};
    std::string zone{};
};

/// Keeps the documents whose shard key is in [min, max) on the shards of a zone. A bound names the key's fields by their stored paths, in
/// their order; those that it leaves out at the end are MinKey, as on MongoDB. The bound of a hashed field is the hash, an int64.
struct ZoneRange {
    std::string    zone{};
    bson::Document min{};  ///< inclusive; empty: from the lowest key on
    bson::Document max{};  ///< exclusive; the highest key is bson::MaxKey{} for each field
};

}  // namespace tenon
