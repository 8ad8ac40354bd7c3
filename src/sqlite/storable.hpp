#pragma once
// What an insert fills in, and what errors show of a document.

#include <string>

#include <tenon/bson/document.hpp>

namespace tenon::sqlite {

/// The document as an insert stores it: its _id in front, made when there is none, and its empty timestamps filled in.
/// @errors encode: larger than 16 MiB.
[[nodiscard]] Result<void> complete(bson::Document& document);

/// The time, with a counter in it that no two calls of this process share.
[[nodiscard]] bson::Timestamp next_timestamp(bson::DateTime now) noexcept;

/// Its _id as errors show it; empty: it has none.
[[nodiscard]] std::string shown_id(bson::View document);

}  // namespace tenon::sqlite
