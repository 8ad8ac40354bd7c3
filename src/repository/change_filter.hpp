#pragma once
// What a filter on documents means for the events of a change stream.
//
// An event is reported when one of the documents that it brings matches: the one after the change (of an insert and a replace always
// there, of an update where full_document asks for it) or the one before it (where before_change asks for it). An event that brings
// no document is reported, since nothing says that it does not match: a remove without before_change, an update whose document was gone
// when it was looked up, a drop. A filter on _id alone is matched against the id that every event of a document carries.

#include <tenon/bson/document.hpp>
#include <tenon/result.hpp>
#include <tenon/store/full_document.hpp>

namespace tenon::repository {

/// The condition on events, for a $match; empty for an empty filter.
/// @errors invalid_argument: a filter on more than _id where updates bring no document at all. unsupported: $text, $where and the like, or
///         an expression that names $$ROOT.
[[nodiscard]] Result<bson::Document> change_filter(bson::View filter, FullDocument full_document, FullDocument before_change);

}  // namespace tenon::repository
