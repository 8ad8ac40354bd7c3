#pragma once
// Which candidates to read for a filter and a sort. A plan only narrows: mql decides what matches.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mql/filter.hpp"
#include "mql/sort.hpp"
#include "sqlite/catalogue.hpp"

namespace tenon::sqlite {

/// Keys in [low, high).
struct KeyRange {
    std::string low{};
    std::string high{};
};

struct Plan {
    enum class Stage : std::uint8_t {
        nothing,     ///< no document can match
        collection,  ///< every row
        index,       ///< the rows of `ranges`, in key order
        branches,    ///< the rows of each of `branches`, without repeats
    };
    Stage                 stage = Stage::collection;
    const IndexInfo*      index = nullptr;
    std::vector<KeyRange> ranges{};         ///< ascending, disjoint
    std::vector<Plan>     branches{};
    bool                  reverse      = false;  ///< from the last key to the first
    bool                  dedupe       = false;  ///< a row may come more than once
    bool                  exact        = false;  ///< every candidate matches: the filter need not be asked
    bool                  single_id    = false;  ///< one _id: at most one row
    std::size_t           sorted_parts = 0;      ///< leading parts of the sort that the order of keys gives
};

struct PlanRequest {
    const CollectionInfo* collection = nullptr;
    const mql::Node*      filter     = nullptr;
    const mql::Sort*      sort       = nullptr;
    std::string_view      hint{};
    bool                  limited = false;  ///< only the first rows are wanted
};

/// @errors invalid_argument: BadValue (2) for a hint that names no index, NoQueryExecutionPlans (291) for one that cannot serve the filter.
[[nodiscard]] Result<Plan> make_plan(const PlanRequest& request);

}  // namespace tenon::sqlite
