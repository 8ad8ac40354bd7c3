#pragma once
// Documents and values weighted to what divides engines: mixed types in one field, arrays in arrays, null beside missing, -0.0, NaN,
// integers past 2^53, decimals of equal value, empty arrays and objects, keys that look like numbers.

#include <string>
#include <string_view>

#include "support/random_bson.hpp"

namespace tenon::differential {

using testing_support::RandomBson;

template <std::size_t N>
[[nodiscard]] std::string_view pick(RandomBson& random, const std::string_view (&from)[N]) {
    return from[random.below(N)];
}
[[nodiscard]] inline bool chance(RandomBson& random, std::size_t percent) { return random.below(100) < percent; }

/// Appends a value of any type. Few different ones, so that equalities hit and ranges cut; nests up to `depth` levels.
void append_value(RandomBson& random, bson::Builder& builder, std::string_view key, int depth);
/// A number of any type: mostly small ones, now and then one at an edge.
void append_number(RandomBson& random, bson::Builder& builder, std::string_view key);
/// An array of up to 4 values, some of them arrays.
void append_array(RandomBson& random, bson::Builder& builder, std::string_view key, int depth);
/// An _id: mostly a small integer, so that ids collide and filters by id hit.
void append_id(RandomBson& random, bson::Builder& builder, std::string_view key);

/// A document to store. No field at its top is Timestamp(0, 0), which a server replaces by its clock.
[[nodiscard]] bson::Document random_document(RandomBson& random, bool with_id);

/// A path that documents have, or that leads through their arrays, or that no document has.
[[nodiscard]] std::string random_path(RandomBson& random);

}  // namespace tenon::differential
