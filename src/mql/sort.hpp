#pragma once
// MongoDB's sort: a key for each document, compared by the sort's directions.

#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/index_keys.hpp"

namespace tenon::mql {

/// The values a document sorts by, one for each part of the sort. Borrows from the document.
struct SortKey {
    std::vector<bson::ValueRef> values{};
};

/// A parsed sort, `{a: 1, "b.c": -1}`. Immutable and thread-safe.
class Sort {
public:
    /// A path named again is ignored, as its documents are already tied.
    /// @errors invalid_argument with MongoDB's code for a direction other than 1 and -1 (15974, 15975), a bad path (15998,
    /// 16410, 40352, 40353), over 32 paths (13103); unsupported for {$meta: ...} and $natural.
    [[nodiscard]] static Result<Sort> parse(bson::View spec);

    [[nodiscard]] const KeyPattern& pattern() const noexcept { return pattern_; }
    [[nodiscard]] bool empty() const noexcept { return pattern_.parts.empty(); }

    /// The key of a document: an array gives its lowest element on an ascending part and its highest on a
    /// descending one, an empty array undefined, a missing field null. The document must outlive the key.
    /// @errors invalid_argument, code 2: "cannot sort with keys that are parallel arrays"; 16746 as index_keys.
    [[nodiscard]] Result<SortKey> key(bson::View document) const;

    /// -1, 0 or 1, directions applied: negative when `a` comes first.
    [[nodiscard]] int compare(const SortKey& a, const SortKey& b) const noexcept;

    /// compare(key(a), key(b)). For many documents make the keys once.
    [[nodiscard]] Result<int> compare(bson::View a, bson::View b) const;

    /// The key as a document `{"": value, "": value, ...}` that owns its bytes.
    [[nodiscard]] static bson::Document own(const SortKey& key);

private:
    explicit Sort(KeyPattern pattern) : pattern_(std::move(pattern)) {}

    KeyPattern pattern_{};
};

}  // namespace tenon::mql
