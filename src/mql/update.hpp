#pragma once
// MongoDB's update operators, evaluated on BSON with MongoDB 6.0's meaning: the bytes after, the order of new fields and
// the error codes are the server's.

#include <memory>
#include <span>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

struct MatchDetails;

namespace detail {
struct UpdateProgram;
}

/// What an update needs to know beside the document.
struct ApplyContext {
    const MatchDetails* positional = nullptr;  ///< of the match that found the document; what `$` in a path stands for
    bool                inserting  = false;    ///< an upsert's insert: $setOnInsert applies
    bson::DateTime      now{};                 ///< $currentDate
    bson::Timestamp     timestamp{};           ///< $currentDate with {$type: "timestamp"}
};

/// A parsed update document. Immutable, cheap to copy; may be applied by many threads at once.
class Update {
public:
    /// Owns a copy of what it is given. A document without operators is refused here (FailedToParse): replacing is
    /// another operation. @errors invalid_argument with MongoDB's code in Error::server.
    [[nodiscard]] static Result<Update> parse(bson::View update, std::span<const bson::Document> array_filters = {});

    /// Applies to `before` and writes the outcome into `after` (whose buffer is reused; untouched when nothing changed).
    /// True when the document changed. Setting what is already there changes nothing, as in MongoDB's nModified.
    /// `after` may not own the bytes of `before`. @errors invalid_argument with MongoDB's code; nothing is written then.
    [[nodiscard]] Result<bool> apply(bson::View before, const ApplyContext& context, bson::Document& after) const;

    /// True when a path has the positional `$`, so that ApplyContext::positional is needed.
    [[nodiscard]] bool needs_positional() const noexcept;

    /// The update as it was given.
    [[nodiscard]] bson::View spec() const noexcept;

    /// True when the document is no update of operators but a replacement: empty or its first field has no `$`.
    [[nodiscard]] static bool is_replacement(bson::View update) noexcept;

private:
    std::shared_ptr<const detail::UpdateProgram> program_{};
};

/// The document that a replace stores: `with`, its _id first, or the existing one's _id when it has none. `existing` is empty for
/// an insert, where a top-level `$` is allowed. A top-level Timestamp(0, 0) becomes `timestamp`, as MongoDB stores it. MongoDB
/// counts a replace as no change only when `with` is the stored document byte for byte, its _id included.
/// @errors invalid_argument with ImmutableField (66) when the ids differ, InvalidIdField (53), DollarPrefixedFieldName (52).
[[nodiscard]] Result<bson::Document> replacement(bson::View existing, bson::View with, bson::Timestamp timestamp = {});
/// What may not be an _id: an array, a regex, undefined, a document with `$` fields at any depth
/// other than a reference's. @errors InvalidIdField (53),
/// DollarPrefixedFieldName (52). A missing one is fine.
[[nodiscard]] Result<void> check_id(bson::ValueRef id);

}  // namespace tenon::mql
