#pragma once
// The cursor of a page as a text, and back.
//
//   base64url( <1 byte: 0x01 the page begins behind the key, 0x02 at it>  <BSON document of the key's values, keys "0", "1", ...>  <8 bytes: hash> )
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

/// A place in the order.
struct PageKey {
    bson::Document values{};
    bool           inclusive = false;  ///< a document with this very key is of the page, too
};

[[nodiscard]] std::string page_token(const PageScope& scope, const PageKey& key);

/// The key of `parts` parts. @errors invalid_argument, with path "after" or "before".
[[nodiscard]] Result<PageKey> read_page_token(const PageScope& scope, std::string_view token, std::size_t parts, const char* option);

}  // namespace tenon::repository
