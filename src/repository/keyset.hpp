#pragma once
// Keyset: where a page begins, as filters that an index serves.
//
// Behind a document whose keys are (x, y, i) under the sort {a, b, _id} lie, in this order:
//   a = x, b = y, _id behind i      a = x, b behind y      a behind x
// and "behind x" is, in this order: the rest of x's type (`$gt: x`, or `$lt: x` downwards), then each further type. MongoDB's comparisons
// stay within a type while its sort goes across all of them, so each step is a filter of its own. A page reads them one after the other
// until it is full: equalities and one range at a time, which a compound index serves at any depth.

#include <cstdint>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::repository {

struct SortPart {
    std::string path{};
    bool        descending = false;
};

/// A total order: what the caller sorts by, and _id behind it.
class PageOrder {
public:
    /// `collated`: the order is a collation's, under which several ids may be equal.
    /// @errors invalid_argument (a direction that is not 1 or -1), unsupported ($meta).
    [[nodiscard]] static Result<PageOrder> of(bson::View sort, bool collated = false);

    [[nodiscard]] const std::vector<SortPart>& parts() const noexcept { return parts_; }
    /// As a sort document; turned round for pages that are read backwards.
    [[nodiscard]] bson::Document sort(bool reversed) const;
    /// The key of a document, keys "0", "1", ...; missing is null, as a sort takes it.
    /// @errors unsupported: an array at or above a sort key (its path), a deprecated type that has no place in the order, or an _id that a
    /// collation may hold equal to another one ("collation").
    [[nodiscard]] Result<bson::Document> key(bson::View document) const;
    /// The errors of `key` without the key.
    [[nodiscard]] Result<void> check(bson::View document) const;

private:
    [[nodiscard]] Result<void> has_one_place(bson::ValueRef value, const std::string& path) const;

    std::vector<SortPart> parts_{};
    bool                  collated_ = false;
};

/// The steps of the types, in the order of an ascending sort. NaN stands below all numbers and is no number to a comparison; an empty array has a
/// place of its own, where it is met and refused.
enum class Step : std::uint8_t {
    min_key, empty_array, null, nan, number, string, document, array, binary, object_id, boolean, date, timestamp, regex, db_pointer, code, code_scope, max_key
};
inline constexpr int step_count = static_cast<int>(Step::max_key) + 1;

[[nodiscard]] Step step_of(bson::ValueRef value) noexcept;

/// Adds to the filter: the first `equal` parts are those of the key.
void add_equalities(bson::Document& filter, const PageOrder& order, bson::View key, std::size_t equal);
/// Adds: this path lies behind the value, within its type. False when nothing of its type can lie behind it (null, NaN, MinKey, MaxKey).
[[nodiscard]] bool add_behind(bson::Document& filter, const std::string& path, bson::ValueRef value, bool descending);
/// Adds: this path holds a value of the step.
void add_step(bson::Document& filter, const std::string& path, Step step);

}  // namespace tenon::repository
