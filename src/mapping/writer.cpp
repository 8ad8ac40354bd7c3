#include <algorithm>

#include <tenon/mapping/detail/scalar.hpp>
#include <tenon/mapping/detail/structs.hpp>

#include "mapping/faults.hpp"

namespace tenon::mapping {

Byte* Writer::grow(Byte* at, std::size_t size) {
    const std::size_t used = offset(at);
    // The capacity of the last call first: a buffer that held a document like this one is not allocated anew.
    if (used + size > out_.capacity()) out_.resize(std::max({used + size, 2 * out_.capacity(), std::size_t{512}}));
    out_.resize(out_.capacity());
    begin_ = out_.data();
    end_   = begin_ + out_.size();
    return begin_ + used;
}

void Writer::fault(const Byte* at, const char* what) {
    if (faulty_) return;
    faulty_   = true;
    fault_at_ = offset(at);
    fault_    = what;
}

void Writer::fault(const Byte* at, const Error& error) { fault(at, error.message.c_str()); }

Result<void> Writer::finish(const Byte* at) {
    const std::size_t size = offset(at);
    if (!faulty_ && size <= bson::max_document_size) [[likely]] {
        out_.resize(size);
        return {};
    }
    Error error;
    error.code = Errc::encode;
    if (faulty_) {
        error.path    = path_of({begin_, size}, fault_at_);
        error.where   = error.path;
        error.message = error.path.empty() ? fault_ : "field \"" + error.path + "\": " + fault_;
    } else {
        error.message = "the document is larger than 16 MiB";
    }
    out_.clear();
    return fail(std::move(error));
}

Byte* write_key(Writer& w, Byte* at, Byte type, std::string_view key, std::size_t tail) {
    at  = w.need(at, key.size() + 2 + tail);
    *at = type;
    if (!copy_ascii(at + 1, key.data(), key.size()) && !bson::detail::valid_utf8_mixed(key.data(), key.size())) w.fault(at + 1, "a key is not valid UTF-8");
    if (key.find('\0') != key.npos) w.fault(at + 1, "a key holds a NUL character");
    at += 1 + key.size();
    *at = 0;
    return at + 1;
}

Byte* write_bytes(Writer& w, Byte* at, const Byte* bytes, std::size_t size, std::size_t tail) {
    at = w.need(at, size + tail);
    if (size != 0) std::memcpy(at, bytes, size);
    return at + size;
}

Byte* write_binary(Writer& w, Byte* at, const Byte* bytes, std::size_t size, Byte subtype, std::size_t tail) {
    // The deprecated subtype 2 has its length twice.
    const bool old = subtype == 2;
    at             = w.need(at, size + 9 + tail);
    at             = store(at, static_cast<std::uint32_t>(size + (old ? 4 : 0)));
    *at++          = subtype;
    if (old) at = store(at, static_cast<std::uint32_t>(size));
    if (size != 0) std::memcpy(at, bytes, size);
    return at + size;
}

namespace {

// A C string of a regex.
Byte* write_cstring(Writer& w, Byte* at, std::string_view text, std::size_t tail) {
    at = w.need(at, text.size() + 1 + tail);
    if (!copy_ascii(at, text.data(), text.size()) && !bson::detail::valid_utf8_mixed(text.data(), text.size())) w.fault(at, "the regular expression is not valid UTF-8");
    if (text.find('\0') != text.npos) w.fault(at, "the regular expression holds a NUL character");
    at += text.size();
    *at = 0;
    return at + 1;
}

}  // namespace

template <>
Byte* OwnedCodec<bson::Uuid>::write(Writer& w, Byte* at, const bson::Uuid& value, std::size_t tail) {
    return write_binary(w, at, value.bytes.data(), value.bytes.size(), 4, tail);
}
template <>
Byte* OwnedCodec<bson::Binary>::write(Writer& w, Byte* at, const bson::Binary& value, std::size_t tail) {
    return write_binary(w, at, value.bytes.data(), value.bytes.size(), value.subtype, tail);
}
template <>
Byte* OwnedCodec<bson::Regex>::write(Writer& w, Byte* at, const bson::Regex& value, std::size_t tail) {
    std::string options = value.options;  // sorted, as the specification wants them stored
    std::sort(options.begin(), options.end());
    return write_cstring(w, write_cstring(w, at, value.pattern, 0), options, tail);
}
template <>
Byte* OwnedCodec<bson::Code>::write(Writer& w, Byte* at, const bson::Code& value, std::size_t tail) {
    return write_string(w, at, value.source, tail);
}
template <>
Byte* OwnedCodec<bson::Document>::write(Writer& w, Byte* at, const bson::Document& value, std::size_t tail) {
    return write_bytes(w, at, value.view().data(), value.view().size(), tail);
}
template <>
Byte* OwnedCodec<bson::Array>::write(Writer& w, Byte* at, const bson::Array& value, std::size_t tail) {
    return write_bytes(w, at, value.view().data(), value.view().size(), tail);
}
Byte* Codec<bson::Value>::write(Writer& w, Byte* at, const bson::Value& value, std::size_t tail) {
    const auto bytes = value.ref().bytes();
    return write_bytes(w, at, bytes.data(), bytes.size(), tail);
}

namespace detail {

Byte* write_tag(Writer& w, Byte* at, const Tag& tag, std::size_t tail) { return write_string(w, write_key(w, at, 0x02, tag.key, 0), tag.name, tail); }

Byte* write_extra(Writer& w, Byte* at, const Extra& extra, const std::string_view* names, std::size_t count, const Tag* tag, std::size_t tail) {
    for (const bson::Element& element : extra.fields) {
        const auto bytes = element.value.bytes();
        Byte*      key   = w.need(at, element.key.size() + 2 + bytes.size() + tail);
        at               = write_key(w, key, static_cast<Byte>(element.value.type()), element.key, bytes.size() + tail);
        if (find_key(names, count, 0, element.key) != count || (tag != nullptr && tag->key == element.key)) {
            w.fault(at, "the Extra member holds a field that the struct has itself");
        }
        at = write_bytes(w, at, bytes.data(), bytes.size(), tail);
    }
    return at;
}

}  // namespace detail

}  // namespace tenon::mapping
