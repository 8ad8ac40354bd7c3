#pragma once
// The cursor of a page as a text, and back.
//
//   base64url( 0x01  <BSON document of the key's values, keys "0", "1", ...>  <8 bytes: hash> )
//
// The hash covers the bytes in front of it together with the collection, the tenant and the sort, so that a cursor of another query is told
// from one of this. It is no signature: who forges one moves the position in a result that they may read anyway, and no more; the
// filter and the middleware's scope come from the call, never from the cursor.

#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::repository {

/// What a cursor belongs to.
struct PageScope {
    std::string_view collection{};
    std::string_view tenant{};
    bson::View       sort{};  ///< as it is run, with _id
};

[[nodiscard]] std::string page_token(const PageScope& scope, const bson::Document& values);

/// The values of a key of `parts` parts. @errors invalid_argument, with path "after" or "before".
[[nodiscard]] Result<bson::Document> read_page_token(const PageScope& scope, std::string_view token, std::size_t parts,
                                                     const char* option);

}  // namespace tenon::repository
