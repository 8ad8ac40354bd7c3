#pragma once
// What a predicate says of the keys of one path: intervals of ascending value keys that hold every match.

#include <optional>
#include <string>
#include <vector>

#include "mql/filter.hpp"

namespace tenon::sqlite {

/// Keys in [low, high); an empty `high` has no end.
struct Interval {
    std::string low{};
    std::string high{};
    bool        point = false;  ///< one value: `low` is its key

    [[nodiscard]] static Interval of(bson::ValueRef value);
};

struct Bounds {
    std::vector<Interval> intervals{};  ///< ascending, disjoint; none: nothing can match
    bool                  exact = false;  ///< where no array is on the path: an entry in them is a match

    [[nodiscard]] bool points() const noexcept;  ///< all intervals are points
};

/// The bounds that `node`, with all below it, puts on `path`; empty when it says nothing that is safe to use.
/// `multikey`: some document has an array on the path, so bounds of two predicates may not be intersected.
[[nodiscard]] std::optional<Bounds> bounds_of(const mql::Node& node, const mql::FieldPath& path, bool multikey);

[[nodiscard]] Bounds unite(Bounds a, const Bounds& b);
[[nodiscard]] Bounds intersect(const Bounds& a, const Bounds& b);
/// The same values in a descending part: inverted, and in the order of its keys.
[[nodiscard]] std::vector<Interval> descending(const std::vector<Interval>& intervals);

}  // namespace tenon::sqlite
