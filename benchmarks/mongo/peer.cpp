#include "peer.hpp"

#include <cstring>

#include "rounds.hpp"

namespace bench {

namespace {

[[noreturn]] void failed(const char* what, const bson_error_t& error) { stop(what, std::string("peer: ") + error.message); }

template <Rules R>
void append(bson_t* document, const MessageOf<R>& message) {
    bson_t child;
    id(document, "_id", 3, message.id);
    id(document, "conversation_id", 15, message.conversation_id);
    text(document, "sender", 6, message.sender);
    text(document, "recipient", 9, message.recipient);
    text(document, "subject", 7, message.subject);
    text(document, "content", 7, message.content);
    bson_append_array_begin(document, "tags", 4, &child);
    std::uint32_t index = 0;
    for (const auto& tag : message.tags) {
        char        buffer[16];
        const char* key  = nullptr;
        const auto  size = bson_uint32_to_string(index++, &key, buffer, sizeof buffer);
        text(&child, key, static_cast<int>(size), tag);
    }
    bson_append_array_end(document, &child);
    bson_append_array_begin(document, "reactions", 9, &child);
    index = 0;
    for (const auto& reaction : message.reactions) {
        char        buffer[16];
        const char* key  = nullptr;
        const auto  size = bson_uint32_to_string(index++, &key, buffer, sizeof buffer);
        bson_t      element;
        bson_append_document_begin(&child, key, static_cast<int>(size), &element);
        text(&element, "emoji", 5, reaction.emoji);
        text(&element, "user", 4, reaction.user);
        bson_append_document_end(&child, &element);
    }
    bson_append_array_end(document, &child);
    if (message.reply_to) text(document, "reply_to", 8, *message.reply_to);
    bson_append_document_begin(document, "meta", 4, &child);
    text(&child, "client", 6, message.meta.client);
    bson_append_int32(&child, "retries", 7, message.meta.retries);
    bson_append_bool(&child, "encrypted", 9, message.meta.encrypted);
    bson_append_document_end(document, &child);
    bson_append_date_time(document, "created_at", 10, message.created_at.ms);
    bson_append_date_time(document, "updated_at", 10, message.updated_at.ms);
    bson_append_int64(document, "version", 7, message.version);
    if constexpr (R == Rules::soft) bson_append_null(document, "deleted_at", 10);
}

void read(const bson_iter_t& at, std::string& into) {
    std::uint32_t length = 0;
    const char*   bytes  = bson_iter_utf8(&at, &length);
    into.assign(bytes, length);
}

void read(const bson_iter_t& at, tenon::ObjectId& into) { std::memcpy(into.bytes.data(), bson_iter_oid(&at)->bytes, 12); }

void read(const bson_iter_t& at, Reaction& into) {
    bson_iter_t field;
    if (!bson_iter_recurse(&at, &field)) return;
    while (bson_iter_next(&field)) {
        const char* key = bson_iter_key(&field);
        if (std::strcmp(key, "emoji") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.emoji);
        else if (std::strcmp(key, "user") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.user);
    }
}

void read(const bson_iter_t& at, Meta& into) {
    bson_iter_t field;
    if (!bson_iter_recurse(&at, &field)) return;
    while (bson_iter_next(&field)) {
        const char* key = bson_iter_key(&field);
        if (std::strcmp(key, "client") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.client);
        else if (std::strcmp(key, "retries") == 0 && BSON_ITER_HOLDS_INT32(&field)) into.retries = bson_iter_int32(&field);
        else if (std::strcmp(key, "encrypted") == 0 && BSON_ITER_HOLDS_BOOL(&field)) into.encrypted = bson_iter_bool(&field);
    }
}

template <class T>
void read(const bson_iter_t& at, std::vector<T>& into) {
    bson_iter_t element;
    if (!bson_iter_recurse(&at, &element)) return;
    while (bson_iter_next(&element)) read(element, into.emplace_back());
}

/// False: it is marked as deleted.
template <Rules R>
bool read(const bson_t* document, MessageOf<R>& into) {
    bson_iter_t field;
    bool        live = true;
    if (!bson_iter_init(&field, document)) stop("peer: no document");
    while (bson_iter_next(&field)) {
        const char* key = bson_iter_key(&field);
        if (std::strcmp(key, "_id") == 0 && BSON_ITER_HOLDS_OID(&field)) read(field, into.id);
        else if (std::strcmp(key, "conversation_id") == 0 && BSON_ITER_HOLDS_OID(&field)) read(field, into.conversation_id);
        else if (std::strcmp(key, "sender") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.sender);
        else if (std::strcmp(key, "recipient") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.recipient);
        else if (std::strcmp(key, "subject") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.subject);
        else if (std::strcmp(key, "content") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.content);
        else if (std::strcmp(key, "tags") == 0 && BSON_ITER_HOLDS_ARRAY(&field)) read(field, into.tags);
        else if (std::strcmp(key, "reactions") == 0 && BSON_ITER_HOLDS_ARRAY(&field)) read(field, into.reactions);
        else if (std::strcmp(key, "reply_to") == 0 && BSON_ITER_HOLDS_UTF8(&field)) read(field, into.reply_to.emplace());
        else if (std::strcmp(key, "meta") == 0 && BSON_ITER_HOLDS_DOCUMENT(&field)) read(field, into.meta);
        else if (std::strcmp(key, "created_at") == 0 && BSON_ITER_HOLDS_DATE_TIME(&field)) into.created_at.ms = bson_iter_date_time(&field);
        else if (std::strcmp(key, "updated_at") == 0 && BSON_ITER_HOLDS_DATE_TIME(&field)) into.updated_at.ms = bson_iter_date_time(&field);
        else if (std::strcmp(key, "version") == 0 && BSON_ITER_HOLDS_INT64(&field)) into.version = bson_iter_int64(&field);
        else if (R == Rules::soft && std::strcmp(key, "deleted_at") == 0) live = BSON_ITER_HOLDS_NULL(&field);
    }
    return live;
}

template <Rules R>
void stamp(MessageOf<R>& message) {
    bson_oid_t oid;
    bson_oid_init(&oid, nullptr);
    std::memcpy(message.id.bytes.data(), oid.bytes, 12);
    if constexpr (R == Rules::versioned) {
        const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        message.created_at.ms = now;
        message.updated_at.ms = now;
        message.version       = 1;
    }
}

template <Rules R>
std::vector<MessageOf<R>> drain(mongoc_cursor_t* cursor, std::size_t expected) {
    std::vector<MessageOf<R>> found;
    found.reserve(expected);
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor, &document)) {
        if (!read(document, found.emplace_back())) found.pop_back();
    }
    bson_error_t error{};
    if (mongoc_cursor_error(cursor, &error)) failed("find", error);
    mongoc_cursor_destroy(cursor);
    return found;
}

}  // namespace

void text(bson_t* document, const char* key, int key_size, const std::string& value) {
    bson_append_utf8(document, key, key_size, value.data(), static_cast<int>(value.size()));
}

void id(bson_t* document, const char* key, int key_size, const tenon::ObjectId& value) {
    bson_oid_t oid;
    std::memcpy(oid.bytes, value.bytes.data(), 12);
    bson_append_oid(document, key, key_size, &oid);
}

Pool::Pool(const std::string& uri, std::string database) : database_(std::move(database)) {
    mongoc_init();
    mongoc_uri_t* parsed = mongoc_uri_new(uri.c_str());
    if (parsed == nullptr) stop("peer: the URI is none");
    pool_ = mongoc_client_pool_new(parsed);
    mongoc_uri_destroy(parsed);
    mongoc_client_pool_set_error_api(pool_, MONGOC_ERROR_API_VERSION_2);
}

Pool::~Pool() { mongoc_client_pool_destroy(pool_); }

void Pool::drop_database() {
    mongoc_client_t*   client   = mongoc_client_pool_pop(pool_);
    mongoc_database_t* database = mongoc_client_get_database(client, database_.c_str());
    bson_error_t       error{};
    if (!mongoc_database_drop(database, &error)) failed("drop", error);
    mongoc_database_destroy(database);
    mongoc_client_pool_push(pool_, client);
}

template <Rules R>
Peer<R>::Peer(Pool& pool, bool validate) : pool_(pool), validate_(validate) {}

template <Rules R>
void Peer<R>::insert_one(T& message) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             document;
    Bson             options;
    bson_error_t     error{};
    stamp(message);
    append(document.get(), message);
    if (!validate_) bson_append_bool(options.get(), "validate", 8, false);
    if (!mongoc_collection_insert_one(loan.get(), document.get(), options.get(), nullptr, &error)) failed("insert_one", error);
}

template <Rules R>
void Peer<R>::insert_many(std::vector<T>& messages) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             options;
    bson_error_t     error{};
    if (!validate_) bson_append_bool(options.get(), "validate", 8, false);
    mongoc_bulk_operation_t* bulk = mongoc_collection_create_bulk_operation_with_opts(loan.get(), nullptr);
    Bson                     document;
    for (auto& message : messages) {
        bson_reinit(document.get());
        stamp(message);
        append(document.get(), message);
        if (!mongoc_bulk_operation_insert_with_opts(bulk, document.get(), options.get(), &error)) failed("insert_many", error);
    }
    if (mongoc_bulk_operation_execute(bulk, nullptr, &error) == 0) failed("insert_many", error);
    mongoc_bulk_operation_destroy(bulk);
}

template <Rules R>
MessageOf<R> Peer<R>::get(const tenon::ObjectId& wanted) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             filter;
    Bson             options;
    id(filter.get(), "_id", 3, wanted);
    bson_append_int64(options.get(), "limit", 5, 1);
    bson_append_bool(options.get(), "singleBatch", 11, true);
    auto found = drain<R>(mongoc_collection_find_with_opts(loan.get(), filter.get(), options.get(), nullptr), 1);
    if (found.size() != 1) stop("peer: the message is not there");
    return std::move(found.front());
}

template <Rules R>
std::vector<MessageOf<R>> Peer<R>::all() {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             filter;
    return drain<R>(mongoc_collection_find_with_opts(loan.get(), filter.get(), nullptr, nullptr), 0);
}

template <Rules R>
std::vector<MessageOf<R>> Peer<R>::page(const tenon::ObjectId& conversation) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             filter;
    Bson             options;
    bson_t           sort;
    id(filter.get(), "conversation_id", 15, conversation);
    bson_append_document_begin(options.get(), "sort", 4, &sort);
    bson_append_int32(&sort, "created_at", 10, -1);
    bson_append_int32(&sort, "_id", 3, -1);
    bson_append_document_end(options.get(), &sort);
    bson_append_int64(options.get(), "limit", 5, 51);
    auto found = drain<R>(mongoc_collection_find_with_opts(loan.get(), filter.get(), options.get(), nullptr), 51);
    if (found.size() > 50) found.pop_back();
    return found;
}

template class Peer<Rules::plain>;
template class Peer<Rules::soft>;
template class Peer<Rules::versioned>;
template class Peer<Rules::listed>;

}  // namespace bench
