#pragma once
// From a failure to the least that still fails.

#include <functional>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::differential {

/// Drops operations, then elements at every depth of those left (documents of an insert, fields, operators), then makes values simpler,
/// as long as `fails` holds; asks it at most `budget` times.
[[nodiscard]] std::vector<bson::Document> shrink(std::vector<bson::Document> operations,
                                                 const std::function<bool(const std::vector<bson::Document>&)>& fails, int budget = 3000);

}  // namespace tenon::differential
