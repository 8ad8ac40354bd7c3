#include "mapping/faults.hpp"

#include <tenon/bson/json.hpp>
#include <tenon/mapping/detail/reader.hpp>

namespace tenon::mapping {

namespace {

// Keys come out of untrusted bytes: what could not be printed is not.
void append_key(std::string& path, std::string_view key) {
    if (!path.empty()) path += '.';
    if (bson::valid_utf8(key)) {
        for (const char c : key) path += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    } else {
        for (const char c : key) path += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ? '?' : c;
    }
}

std::string_view article(bson::Type type) noexcept {
    switch (type) {
        case bson::Type::document: case bson::Type::array: case bson::Type::object_id: case bson::Type::int32: return "an ";
        case bson::Type::null: case bson::Type::undefined: return "";
        default: return "a ";
    }
}
std::string described(Byte type) {
    if (!bson::is_known(type)) return "of a type that BSON does not know";
    const auto bson_type = static_cast<bson::Type>(type);
    return std::string(article(bson_type)).append(bson::name(bson_type));
}

}  // namespace

std::string path_of(std::span<const std::uint8_t> document, std::size_t offset) {
    std::string       path;
    const Byte* const begin    = document.data();
    const Byte* const position = begin + std::min(offset, document.size());
    const Byte*       end      = begin + document.size();
    const Byte*       at       = begin + 4;
    while (at < position) {
        const Byte  type    = *at;
        const Byte* key_end = at + 1;
        while (key_end < end && *key_end != 0) ++key_end;
        if (type == 0 || key_end >= end) break;
        Reader            reader({key_end + 1, end}, true);
        const Byte* const next = reader.skip(type, key_end + 1, end);
        if (next != nullptr && next < position) {
            at = next;
            continue;
        }
        append_key(path, {reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1)});
        if (type != 0x03 && type != 0x04) break;
        at = key_end + 5;
        if (next != nullptr) end = next;
    }
    return path;
}

const Byte* Reader::keep(const Byte* at, std::string what) {
    if (fault_at_ == nullptr) {
        fault_at_ = at;
        fault_    = std::move(what);
    }
    return nullptr;
}

const Byte* Reader::truncated(const Byte* at) { return keep(at, "is truncated"); }
const Byte* Reader::bad_length(const Byte* at) { return keep(at, "has a length that does not fit its bytes"); }
const Byte* Reader::too_deep(const Byte* at) { return keep(at, "nests deeper than 100"); }
const Byte* Reader::bad_utf8(const Byte* at) { return keep(at, "is not valid UTF-8"); }
const Byte* Reader::duplicate(const Byte* at) { return keep(at, "is there twice"); }
const Byte* Reader::mismatch(const Byte* at, Byte found, const char* expected) {
    return keep(at, "is " + described(found) + ", the entity's member is " + expected);
}
const Byte* Reader::narrow(const Byte* at, Byte found, const char* expected) {
    return keep(at, "is " + described(found) + " whose value does not fit the entity's member, which is " + expected);
}
const Byte* Reader::missing(const Byte* document, std::string_view key) {
    if (fault_at_ == nullptr) below_ = key;
    return keep(document, "is missing");
}
const Byte* Reader::refused(const Byte* at, std::string what) { return keep(at, std::move(what)); }
const Byte* Reader::refused(const Byte* at, const Error& error) {
    if (fault_at_ == nullptr) below_ = error.path;
    return keep(at, "is refused: " + error.message);
}

Error Reader::error() const {
    Error error;
    error.code = Errc::decode;
    if (!bytes_.empty() && fault_at_ != nullptr) error.path = path_of(bytes_, static_cast<std::size_t>(fault_at_ - bytes_.data()));
    if (!below_.empty()) append_key(error.path, below_);
    error.where   = error.path;
    error.message = (error.path.empty() ? std::string("the document ") : "field \"" + error.path + "\" ") + fault_;

    // The document's _id, if it stands in front of what is broken.
    if (bytes_.size() >= 5) {
        const Byte* const end = bytes_.data() + bytes_.size();
        Reader            walk(bytes_, true);
        for (const Byte* at = bytes_.data() + 4; at < end - 1 && *at != 0;) {
            // No terminator is known to stand at the end of these bytes: Reader::key_end would read on.
            const Byte* key_end = at + 1;
            while (key_end < end && *key_end != 0) ++key_end;
            if (key_end == end) break;
            const std::string_view key(reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1));
            bson::ValueRef         value;
            if (key == "_id") {
                if (walk.valid_value(*at, key_end + 1, end, value) != nullptr) error.document_id = bson::to_json(value, bson::JsonMode::canonical);
                break;
            }
            at = walk.skip(*at, key_end + 1, end);
            if (at == nullptr) break;
        }
    }
    return error;
}

}  // namespace tenon::mapping
