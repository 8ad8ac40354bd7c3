#pragma once
// The keys that a document has in an index, as MongoDB's btree key generator yields them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/path.hpp"

namespace tenon::mql {

/// Fields of a key pattern at most, as in MongoDB.
inline constexpr std::size_t max_key_parts = 32;

/// One field of an index's key.
struct KeyPart {
    FieldPath path{};
    bool      descending = false;
};

/// An index's key pattern, `{a: 1, "b.c": -1}`.
struct KeyPattern {
    std::vector<KeyPart> parts{};
    bool                 sparse = false;  ///< leave out a key none of whose fields is there

    /// @errors invalid_argument: CannotCreateIndex (67) for no field, an empty or `$` part of a path, a direction that is
    /// zero, NaN or no number; BadValue for a repeated path; 13103 for more than `max_key_parts` fields; unsupported for
    /// "text", "hashed", "2d", "2dsphere" and wildcards.
    [[nodiscard]] static Result<KeyPattern> parse(bson::View spec);
};

/// One key: the values in the pattern's order. Borrows from the document.
using IndexKey = std::span<const bson::ValueRef>;

/// The keys of one document. Reuse one object for many documents: its buffers are kept.
class IndexKeys {
public:
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    /// In the ascending order of their values, field by field, without repeats.
    [[nodiscard]] IndexKey operator[](std::size_t key) const noexcept { return {values_.data() + key * stride_, stride_}; }
    /// Any path went through an array: the index is multikey for this document, even when it yields one key.
    [[nodiscard]] bool multikey() const noexcept { return multikey_ != 0; }
    /// Bit i: the path of part i went through an array.
    [[nodiscard]] std::uint32_t multikey_parts() const noexcept { return multikey_; }
    /// No field of any key was there.
    [[nodiscard]] bool all_missing() const noexcept { return all_missing_; }

private:
    friend class KeyGenerator;
    std::vector<bson::ValueRef> values_{};
    std::vector<bson::ValueRef> sorted_{};  // of the last sort, kept for its room
    std::vector<std::uint32_t>  order_{};
    std::size_t                 stride_      = 0;
    std::size_t                 count_       = 0;
    std::uint32_t               multikey_    = 0;
    bool                        all_missing_ = true;
};

/// Fills `out` with the document's keys, which borrow its bytes: an array yields a key for each element, an empty one
/// undefined, a missing field null. Equal keys (bson::equal) appear once. Nothing is allocated once `out` has grown.
/// @errors invalid_argument with CannotIndexParallelArrays (171) when two paths go through different arrays, 16746 when
/// a number in a path names both an element of an array and a field in an element of it; `out` is then empty.
Result<void> index_keys(bson::View document, const KeyPattern& pattern, IndexKeys& out);

/// The one key of a document none of whose paths meets an array; false, and `out` empty, when one does. A missing field
/// is null.
[[nodiscard]] bool key_without_arrays(bson::View document, const KeyPattern& pattern, std::vector<bson::ValueRef>& out);

}  // namespace tenon::mql
