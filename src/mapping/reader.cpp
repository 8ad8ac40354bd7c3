#include <cmath>

#include <tenon/mapping/detail/scalar.hpp>
#include <tenon/mapping/detail/structs.hpp>
#include <tenon/mapping/detail/variants.hpp>

#include "mapping/faults.hpp"

namespace tenon::mapping {

namespace {

// Behind a C string, or nullptr.
const Byte* cstring_end(const Byte* at, const Byte* end) noexcept {
    const void* nul = at < end ? std::memchr(at, 0, static_cast<std::size_t>(end - at)) : nullptr;
    return nul == nullptr ? nullptr : static_cast<const Byte*>(nul) + 1;
}

// Bytes of a value of known size; 0 for a type whose size is in its bytes, or that is none.
std::size_t plain_size(Byte type) noexcept {
    switch (type) {
        case 0x01: case 0x09: case 0x11: case 0x12: return 8;
        case 0x07: return 12;
        case 0x08: return 1;
        case 0x10: return 4;
        case 0x13: return 16;
        default: return 0;
    }
}

}  // namespace

const Byte* Reader::skip(Byte type, const Byte* at, const Byte* end) {
    const std::ptrdiff_t left = end - at;
    std::int64_t         size = 0;
    switch (type) {
        case 0x01: case 0x09: case 0x11: case 0x12: size = 8; break;
        case 0x07: size = 12; break;
        case 0x08: size = 1; break;
        case 0x10: size = 4; break;
        case 0x13: size = 16; break;
        case 0x06: case 0x0A: case 0x7F: case 0xFF: return at;
        case 0x02: case 0x0D: case 0x0E: case 0x0C: {
            if (left < 4) return truncated(at);
            const auto length = load<std::int32_t>(at);
            if (length < 1 || length > left - 4 || at[3 + length] != 0) return bad_length(at);
            size = 4 + std::int64_t{length} + (type == 0x0C ? 12 : 0);
            break;
        }
        case 0x03: case 0x04: case 0x0F: {
            if (left < 5) return truncated(at);
            const auto length = load<std::int32_t>(at);
            if (length < (type == 0x0F ? 14 : 5) || length > left || (type != 0x0F && at[length - 1] != 0)) return bad_length(at);
            size = length;
            break;
        }
        case 0x05: {
            if (left < 5) return truncated(at);
            const auto length = load<std::int32_t>(at);
            if (length < 0 || length > left - 5) return bad_length(at);
            if (at[4] == 2 && (length < 4 || load<std::int32_t>(at + 5) != length - 4)) return bad_length(at);
            size = 5 + std::int64_t{length};
            break;
        }
        case 0x0B: {
            const Byte* next = cstring_end(at, end);
            if (next != nullptr) next = cstring_end(next, end);
            return next != nullptr ? next : truncated(at);
        }
        default: return refused(at, "has a type that BSON does not know");
    }
    if (size > left) return truncated(at);
    return at + size;
}

const Byte* Reader::value(Byte type, const Byte* at, const Byte* end, bson::ValueRef& out) {
    const Byte* next = skip(type, at, end);
    if (next != nullptr) out = bson::ValueRef(static_cast<bson::Type>(type), at, static_cast<std::uint32_t>(next - at));
    return next;
}

const Byte* Reader::valid_value(Byte type, const Byte* at, const Byte* end, bson::ValueRef& out) {
    const Byte* next = value(type, at, end, out);
    if (next == nullptr || plain_size(type) > 1) return next;
    bson::ValidateOptions options;
    if (type == 0x03 || type == 0x04) {
        if (depth_ >= bson::max_depth) return too_deep(at);
        options.max_depth = bson::max_depth - depth_;
        auto valid        = bson::View::validate({at, next}, options);
        return valid ? next : refused(at, valid.error());
    }
    // A value that is no document is looked at as the only field of one.
    const auto        payload = static_cast<std::size_t>(next - at);
    std::vector<Byte> document(payload + 7);
    document[4] = type;
    std::memcpy(document.data() + 6, at, payload);
    const auto size = static_cast<std::uint32_t>(document.size());
    std::memcpy(document.data(), &size, 4);
    auto valid = bson::View::validate(document, options);
    if (valid) return next;
    valid.error().path.clear();
    return refused(at, valid.error());
}

const Byte* read_text(Reader& r, const Byte* at, const Byte* end, std::string_view& out) {
    const std::ptrdiff_t left = end - at;
    if (left < 5) [[unlikely]] return r.truncated(at);
    const auto length = load<std::int32_t>(at);
    if (length < 1 || length > left - 4 || at[3 + length] != 0) [[unlikely]] return r.bad_length(at);
    const auto        size = static_cast<std::size_t>(length - 1);
    const char* const text = reinterpret_cast<const char*>(at + 4);
    if (!is_ascii(text, size) && !bson::detail::valid_utf8_mixed(text, size)) [[unlikely]] return r.bad_utf8(at);
    out = std::string_view(text, size);
    return at + 4 + length;
}

const Byte* read_string(Reader& r, const Byte* at, const Byte* end, std::string& out) {
    const std::ptrdiff_t left = end - at;
    if (left < 5) [[unlikely]] return r.truncated(at);
    const auto length = load<std::int32_t>(at);
    if (length < 1 || length > left - 4 || at[3 + length] != 0) [[unlikely]] return r.bad_length(at);
    const auto        size  = static_cast<std::size_t>(length - 1);
    const char* const text  = reinterpret_cast<const char*>(at + 4);
    bool              ascii = false;
    if (size <= out.capacity()) {
        // Room is there: copied and looked at in one go.
        if (size != out.size()) out.resize(size);
        ascii = copy_ascii(reinterpret_cast<Byte*>(out.data()), text, size);
    } else {
        out.assign(text, size);
        ascii = is_ascii(text, size);
    }
    if (!ascii && !bson::detail::valid_utf8_mixed(text, size)) [[unlikely]] return r.bad_utf8(at);
    return at + 4 + length;
}

const Byte* read_integer(Reader& r, Byte type, const Byte* at, const Byte* end, std::int64_t& out, const char* expected) {
    if (!bson::is_number(static_cast<bson::Type>(type))) return r.mismatch(at, type, expected);
    bson::ValueRef value;
    const Byte*    next = r.value(type, at, end, value);
    if (next == nullptr) return nullptr;
    const auto number = value.to_int64();
    if (!number) return r.narrow(at, type, expected);
    out = *number;
    return next;
}

const Byte* read_double(Reader& r, Byte type, const Byte* at, const Byte* end, double& out, const char* expected) {
    // A decimal is no binary fraction but by chance: it is never taken for a double.
    if (type != 0x01 && type != 0x10 && type != 0x12) return r.mismatch(at, type, expected);
    bson::ValueRef value;
    const Byte*    next = r.value(type, at, end, value);
    if (next == nullptr) return nullptr;
    if (type == 0x12) {
        const std::int64_t whole = value.as_int64();
        out                      = static_cast<double>(whole);
        // 2^63 itself is no int64, so that it must be kept out before the way back.
        if (out >= 9223372036854775808.0 || static_cast<std::int64_t>(out) != whole) return r.narrow(at, type, expected);
        return next;
    }
    out = type == 0x01 ? value.as_double() : value.as_int32();
    return next;
}

const Byte* read_binary(Reader& r, const Byte* at, const Byte* end, std::span<const Byte>& out, Byte& subtype) {
    const Byte* next = r.skip(0x05, at, end);
    if (next == nullptr) return nullptr;
    subtype = at[4];
    at += subtype == 2 ? 9 : 5;
    out = {at, next};
    return next;
}

const Byte* read_generic_binary(Reader& r, const Byte* at, const Byte* end, std::span<const Byte>& out, const char* expected) {
    Byte        subtype = 0;
    const Byte* next    = read_binary(r, at, end, out, subtype);
    if (next != nullptr && subtype != 0 && subtype != 2) return r.refused(at, "is a binary of a subtype that plain bytes cannot keep; use tenon::Binary");
    (void)expected;
    return next;
}

template <>
const Byte* OwnedCodec<bson::Uuid>::read(Reader& r, const Byte* at, const Byte* end, bson::Uuid& out) {
    std::span<const Byte> bytes;
    Byte                  subtype = 0;
    const Byte*           next    = read_binary(r, at, end, bytes, subtype);
    if (next == nullptr) return nullptr;
    if (subtype != 4 || bytes.size() != out.bytes.size()) return r.refused(at, "is a binary that holds no UUID of subtype 4");
    std::memcpy(out.bytes.data(), bytes.data(), out.bytes.size());
    return next;
}
template <>
const Byte* OwnedCodec<bson::Binary>::read(Reader& r, const Byte* at, const Byte* end, bson::Binary& out) {
    std::span<const Byte> bytes;
    const Byte*           next = read_binary(r, at, end, bytes, out.subtype);
    if (next != nullptr) out.bytes.assign(bytes.begin(), bytes.end());
    return next;
}
template <>
const Byte* OwnedCodec<bson::Regex>::read(Reader& r, const Byte* at, const Byte* end, bson::Regex& out) {
    bson::ValueRef value;
    const Byte*    next = r.valid_value(0x0B, at, end, value);
    if (next == nullptr) return nullptr;
    out.pattern = value.regex_pattern();
    out.options = value.regex_options();
    return next;
}
template <>
const Byte* OwnedCodec<bson::Code>::read(Reader& r, const Byte* at, const Byte* end, bson::Code& out) {
    return read_string(r, at, end, out.source);
}
template <>
const Byte* OwnedCodec<bson::Document>::read(Reader& r, const Byte* at, const Byte* end, bson::Document& out) {
    bson::ValueRef value;
    const Byte*    next = r.valid_value(0x03, at, end, value);
    if (next != nullptr) out = bson::Document(value.as_view());
    return next;
}
template <>
const Byte* OwnedCodec<bson::Array>::read(Reader& r, const Byte* at, const Byte* end, bson::Array& out) {
    bson::ValueRef value;
    const Byte*    next = r.valid_value(0x04, at, end, value);
    if (next != nullptr) out = bson::Array(bson::Document(value.as_view()));
    return next;
}
const Byte* Codec<bson::Value>::read_other(Reader& r, Byte found, const Byte* at, const Byte* end, bson::Value& out) {
    bson::ValueRef value;
    const Byte*    next = r.valid_value(found, at, end, value);
    if (next != nullptr) out = bson::Value(value);
    return next;
}

std::size_t count_elements(const Byte* at, const Byte* end, Byte type) noexcept {
    if (end - at < 5) return 0;
    const auto size = load<std::int32_t>(at);
    if (size < 5 || size > end - at) return 0;
    end = at + size - 1;
    at += 4;
    const std::size_t plain = plain_size(type);
    std::size_t       count = 0;
    while (end - at > 3 && *at == type) {
        do ++at;
        while (at != end && *at != 0);
        if (end - at < 5) {
            if (plain == 1 && end - at >= 2) ++count;
            break;
        }
        ++at;
        const std::int64_t length = plain != 0 ? static_cast<std::int64_t>(plain)
                                    : type == 0x02 ? load<std::int32_t>(at) + std::int64_t{4}
                                    : type == 0x05 ? load<std::int32_t>(at) + std::int64_t{5}
                                                   : load<std::int32_t>(at);
        if (length < 1 || length > end - at) break;
        at += length;
        ++count;
    }
    return count;
}

std::size_t find_key(const std::string_view* names, std::size_t count, std::size_t hint, std::string_view key) noexcept {
    std::size_t i = hint;
    for (std::size_t tried = 0; tried < count; ++tried, ++i) {
        if (i >= count) i = 0;
        if (names[i].size() == key.size() && !key.empty() && std::memcmp(names[i].data(), key.data(), key.size()) == 0) return i;
    }
    return count;
}

namespace detail {

void ExtraReader::add(std::string_view key, const Byte* element, const Byte* next) {
    if (tag_ != nullptr && tag_->key == key) return;
    if (bytes_.empty()) bytes_.resize(4);
    bytes_.insert(bytes_.end(), element, next);
}

bool ExtraReader::finish(Reader& r, const Byte* document) {
    if (bytes_.empty()) {
        out_->fields = bson::Document();
        return true;
    }
    bytes_.push_back(0);
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, 4);
    bson::ValidateOptions options;
    options.max_depth = bson::max_depth + 1 - r.depth();
    if (auto valid = bson::View::validate(bytes_, options); !valid) {
        (void)r.refused(document, valid.error());
        return false;
    }
    out_->fields = bson::Document::trusted(std::move(bytes_));
    return true;
}

const Byte* find_tag(Reader& r, const Byte* at, const Byte* limit, std::string_view key, std::string_view& name) {
    const Byte* const document = at;
    const Byte* const end      = r.open(at, limit);
    if (end == nullptr) return nullptr;
    r.close();
    for (at += 4; at != end;) {
        const Byte* const key_end = r.key_end(at + 1, end);
        if (key_end == nullptr) return nullptr;
        const std::string_view found(reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1));
        if (found == key) {
            if (*at != 0x02) return r.mismatch(key_end + 1, *at, "string");
            return read_text(r, key_end + 1, end, name);
        }
        at = r.skip(*at, key_end + 1, end);
        if (at == nullptr) return nullptr;
    }
    return r.missing(document, key);
}

}  // namespace detail

}  // namespace tenon::mapping
