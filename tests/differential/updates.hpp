#pragma once
// Random update documents with every operator, positional parts and array filters; projections and sorts.

#include <vector>

#include "differential/documents.hpp"

namespace tenon::differential {

struct RandomUpdate {
    bson::Document              update{};
    std::vector<bson::Document> array_filters{};
};

[[nodiscard]] RandomUpdate   random_update(RandomBson& random);
[[nodiscard]] bson::Document random_projection(RandomBson& random);
/// Up to two keys, then _id unless `partial`: with it no two documents tie, and which come first is the same on every engine.
[[nodiscard]] bson::Document random_sort(RandomBson& random, bool partial);

}  // namespace tenon::differential
