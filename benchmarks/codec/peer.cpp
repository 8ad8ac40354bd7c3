#include "peer.hpp"

#include <cstring>

namespace bench {

namespace {

void text(bson_t* document, const char* key, int key_size, const std::string& value) {
    bson_append_utf8(document, key, key_size, value.data(), static_cast<int>(value.size()));
}
void id(bson_t* document, const char* key, int key_size, const tenon::ObjectId& value) {
    bson_oid_t oid;
    std::memcpy(oid.bytes, value.bytes.data(), 12);
    bson_append_oid(document, key, key_size, &oid);
}

}  // namespace

void append(bson_t* document, const Message& message) {
    bson_t child;
    bson_reinit(document);
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
}

}  // namespace bench
