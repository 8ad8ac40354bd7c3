#include "odm_peer.hpp"

#include <cstring>

#include "rounds.hpp"

namespace bench::odm {

namespace {

// What a macro names: the key's length is the literal's.
#define BENCH_APPEND_STRING(n) text(document, "field" #n, sizeof "field" #n - 1, entity.field##n);
#define BENCH_APPEND_INTEGER(n) bson_append_int32(document, "field" #n, sizeof "field" #n - 1, entity.field##n);

void append(bson_t* document, const SmallFlat& entity) {
    BENCH_SMALL_STRINGS(BENCH_APPEND_STRING)
    BENCH_SMALL_INTEGERS(BENCH_APPEND_INTEGER)
}

void append(bson_t* document, const LargeFlat& entity) {
    BENCH_LARGE_STRINGS(BENCH_APPEND_STRING)
    BENCH_LARGE_INTEGERS(BENCH_APPEND_INTEGER)
}

void append(bson_t* document, const Strings& entity) {
    text(document, "unique_id", 9, entity.unique_id);
    BENCH_NESTED(BENCH_APPEND_STRING)
}

void append(bson_t* document, const Integers& entity) { BENCH_NESTED(BENCH_APPEND_INTEGER) }

template <class Part>
void nested(bson_t* document, const char* key, const Part& part) {
    bson_t child;
    bson_append_document_begin(document, key, static_cast<int>(std::strlen(key)), &child);
    append(&child, part);
    bson_append_document_end(document, &child);
}

#define BENCH_PARTS(X)                                                                                                         \
    X(embedded_str_doc_1) X(embedded_str_doc_2) X(embedded_str_doc_3) X(embedded_str_doc_4) X(embedded_str_doc_5)
#define BENCH_INTEGER_PARTS(X)                                                                                                 \
    X(embedded_int_doc_8) X(embedded_int_doc_9) X(embedded_int_doc_10) X(embedded_int_doc_11) X(embedded_int_doc_12)           \
    X(embedded_int_doc_13) X(embedded_int_doc_14)

void append(bson_t* document, const LargeNested& entity) {
#define BENCH_APPEND_PART(name) nested(document, #name, entity.name);
    BENCH_PARTS(BENCH_APPEND_PART)
    bson_t array;
    bson_append_array_begin(document, "embedded_str_doc_array", 22, &array);
    std::uint32_t index = 0;
    for (const auto& part : entity.embedded_str_doc_array) {
        char        buffer[16];
        const char* key = nullptr;
        bson_uint32_to_string(index++, &key, buffer, sizeof buffer);
        nested(&array, key, part);
    }
    bson_append_array_end(document, &array);
    BENCH_INTEGER_PARTS(BENCH_APPEND_PART)
}

// Reading: a table of names, looked at first where the next field of an entity that was written in order stands.

template <class T>
struct StringField {
    const char* key;
    std::string T::*member;
};
template <class T>
struct IntegerField {
    const char* key;
    std::int32_t T::*member;
};

template <class Field, std::size_t N>
const Field* named(const Field (&fields)[N], std::size_t& next, const char* key) {
    for (std::size_t tried = 0; tried < N; ++tried) {
        const auto& field = fields[(next + tried) % N];
        if (std::strcmp(field.key, key) != 0) continue;
        next = (next + tried + 1) % N;
        return &field;
    }
    return nullptr;
}

void take(const bson_iter_t& at, std::string& into) {
    if (!BSON_ITER_HOLDS_UTF8(&at)) stop("peer: no string");
    std::uint32_t length = 0;
    const char*   bytes  = bson_iter_utf8(&at, &length);
    into.assign(bytes, length);
}

void take(const bson_iter_t& at, std::int32_t& into) {
    if (!BSON_ITER_HOLDS_INT32(&at)) stop("peer: no integer");
    into = bson_iter_int32(&at);
}

#define BENCH_NAMED(n) {"field" #n, &T::field##n},

void read(bson_iter_t field, SmallFlat& into) {
    using T = SmallFlat;
    static constexpr StringField<T>  strings[]  = {BENCH_SMALL_STRINGS(BENCH_NAMED)};
    static constexpr IntegerField<T> integers[] = {BENCH_SMALL_INTEGERS(BENCH_NAMED)};
    std::size_t next_string = 0, next_integer = 0;
    while (bson_iter_next(&field)) {
        const char* key = bson_iter_key(&field);
        if (BSON_ITER_HOLDS_OID(&field)) std::memcpy(into.id.bytes.data(), bson_iter_oid(&field)->bytes, 12);
        else if (BSON_ITER_HOLDS_INT32(&field)) {
            if (const auto* to = named(integers, next_integer, key)) take(field, into.*to->member);
        } else if (const auto* to = named(strings, next_string, key)) take(field, into.*to->member);
    }
}

void read(bson_iter_t field, Strings& into) {
    using T = Strings;
    static constexpr StringField<T> strings[] = {{"unique_id", &T::unique_id}, BENCH_NESTED(BENCH_NAMED)};
    std::size_t next = 0;
    while (bson_iter_next(&field)) {
        if (const auto* to = named(strings, next, bson_iter_key(&field))) take(field, into.*to->member);
    }
}

void read(bson_iter_t field, Integers& into) {
    using T = Integers;
    static constexpr IntegerField<T> integers[] = {BENCH_NESTED(BENCH_NAMED)};
    std::size_t next = 0;
    while (bson_iter_next(&field)) {
        if (const auto* to = named(integers, next, bson_iter_key(&field))) take(field, into.*to->member);
    }
}

template <class Part>
void recurse(const bson_iter_t& at, Part& into) {
    bson_iter_t child;
    if (!bson_iter_recurse(&at, &child)) stop("peer: no document");
    read(child, into);
}

void read(bson_iter_t field, LargeNested& into) {
    while (bson_iter_next(&field)) {
        const char* key = bson_iter_key(&field);
#define BENCH_READ_PART(name) else if (std::strcmp(key, #name) == 0) recurse(field, into.name);
        if (BSON_ITER_HOLDS_OID(&field)) std::memcpy(into.id.bytes.data(), bson_iter_oid(&field)->bytes, 12);
        BENCH_PARTS(BENCH_READ_PART)
        else if (std::strcmp(key, "embedded_str_doc_array") == 0) {
            bson_iter_t element;
            if (!bson_iter_recurse(&field, &element)) stop("peer: no array");
            while (bson_iter_next(&element)) recurse(element, into.embedded_str_doc_array.emplace_back());
        }
        BENCH_INTEGER_PARTS(BENCH_READ_PART)
    }
}

void check(bool done, const bson_error_t& error) {
    if (!done) stop("peer", error.message);
}

}  // namespace

template <class T>
void Peer<T>::create(const T& entity) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             document;
    Bson             options;
    bson_error_t     error{};
    bson_oid_t       oid;
    bson_oid_init(&oid, nullptr);
    bson_append_oid(document.get(), "_id", 3, &oid);
    append(document.get(), entity);
    bson_append_bool(options.get(), "validate", 8, false);
    check(mongoc_collection_insert_one(loan.get(), document.get(), options.get(), nullptr, &error), error);
}

template <class T>
void Peer<T>::update(const tenon::ObjectId& wanted, const char* path, const std::string& value) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    Bson             filter;
    Bson             change;
    Bson             options;
    bson_t           set;
    bson_error_t     error{};
    id(filter.get(), "_id", 3, wanted);
    bson_append_document_begin(change.get(), "$set", 4, &set);
    text(&set, path, static_cast<int>(std::strlen(path)), value);
    bson_append_document_end(change.get(), &set);
    bson_append_bool(options.get(), "validate", 8, false);
    check(mongoc_collection_update_one(loan.get(), filter.get(), change.get(), options.get(), nullptr, &error), error);
}

template <class T>
std::vector<T> Peer<T>::find(const tenon::ObjectId& wanted) {
    Bson filter;
    id(filter.get(), "_id", 3, wanted);
    return find(filter.get());
}

template <class T>
std::vector<T> Peer<T>::find(const char* path, const std::string& value) {
    Bson filter;
    text(filter.get(), path, static_cast<int>(std::strlen(path)), value);
    return find(filter.get());
}

template <class T>
std::vector<T> Peer<T>::find(bson_t* filter) {
    const Pool::Loan loan(pool_, tenon::Model<T>::collection);
    mongoc_cursor_t* cursor = mongoc_collection_find_with_opts(loan.get(), filter, nullptr, nullptr);
    std::vector<T>   found;
    const bson_t*    document = nullptr;
    bson_error_t     error{};
    while (mongoc_cursor_next(cursor, &document)) {
        bson_iter_t field;
        check(bson_iter_init(&field, document), error);
        if constexpr (!std::is_same_v<T, LargeFlat>) read(field, found.emplace_back());
    }
    check(!mongoc_cursor_error(cursor, &error), error);
    mongoc_cursor_destroy(cursor);
    return found;
}

template class Peer<SmallFlat>;
template class Peer<LargeFlat>;  // which no task reads
template class Peer<LargeNested>;

}  // namespace bench::odm
