#pragma once
// libmongoc's header, whose place and warnings differ between 1.x and 2.x.

#include <memory>

#include <mongoc/mongoc.h>

namespace tenon::mongo {

/// Frees what the driver made: Owned<mongoc_uri_t, mongoc_uri_destroy>.
template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* held) const noexcept {
        Free(held);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using Uri            = Owned<mongoc_uri_t, mongoc_uri_destroy>;
using CollectionPtr  = Owned<mongoc_collection_t, mongoc_collection_destroy>;
using DatabasePtr    = Owned<mongoc_database_t, mongoc_database_destroy>;
using CursorPtr      = Owned<mongoc_cursor_t, mongoc_cursor_destroy>;
using BulkPtr        = Owned<mongoc_bulk_operation_t, mongoc_bulk_operation_destroy>;
using SessionPtr     = Owned<mongoc_client_session_t, mongoc_client_session_destroy>;
using StreamPtr      = Owned<mongoc_change_stream_t, mongoc_change_stream_destroy>;

}  // namespace tenon::mongo
