#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include <tenon/bson/document.hpp>
#include <tenon/bson/index_text.hpp>
#include <tenon/bson/utf8.hpp>

#include "bson/depth.hpp"

namespace tenon::bson {

namespace {

constexpr std::size_t first_capacity = 256;
constexpr std::size_t longest_told   = 1024;  // a key that is itself too large has no place in a message

constexpr const char* too_deep  = "documents are nested deeper than 100 levels";
constexpr const char* too_large = "the document is larger than 16 MiB";

template <class T>
std::uint8_t* put(std::uint8_t* at, const T& value) noexcept {
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

std::uint8_t* put_text(std::uint8_t* at, std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at[text.size()] = 0;
    return at + text.size() + 1;
}

// True for ASCII without NUL, as nearly all keys are; false says nothing. With the high bits clear, a byte that one can be
// taken from without borrowing is not zero.
bool plain_key(std::string_view key) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t high = 0x8080808080808080U;
    const auto plain = [](std::uint64_t word) { return ((word | (word - ones)) & high) == 0; };
    const std::size_t size = key.size();
    if (size >= 8 && size <= 16) {
        std::uint64_t begin = 0;
        std::uint64_t end   = 0;
        std::memcpy(&begin, key.data(), 8);
        std::memcpy(&end, key.data() + size - 8, 8);
        return plain(begin) && plain(end);
    }
    if (size >= 4 && size < 8) {
        std::uint32_t begin = 0;
        std::uint32_t end   = 0;
        std::memcpy(&begin, key.data(), 4);
        std::memcpy(&end, key.data() + size - 4, 4);
        return plain(begin | std::uint64_t{end} << 32U);
    }
    if (size > 16) return false;
    bool all = true;
    for (const char c : key) all = all && c > 0;
    return all;
}

bool has_nul(std::string_view text) noexcept {
    return !text.empty() && std::memchr(text.data(), 0, text.size()) != nullptr;
}

}  // namespace

Builder::Builder(std::vector<std::uint8_t> reuse) : bytes_(std::move(reuse)) {
    // Growing within the capacity costs a fill of what is added; filling all of a large one for a small document costs more.
    bytes_.resize(std::min(bytes_.capacity(), first_capacity));
    reset();
}

void Builder::reset() {
    used_  = 4;  // the length, known when the document ends
    level_ = {};
    outer_.clear();
    error_.reset();
}

std::uint8_t* Builder::grow(std::size_t size) {
    const std::size_t wanted = std::max({used_ + size, 2 * bytes_.size(), first_capacity});
    bytes_.resize(wanted);
    return bytes_.data() + used_;
}

std::uint8_t* Builder::header(Type type, std::string_view key, std::size_t payload) {
    if (error_) return nullptr;
    const std::size_t size = key.size() + 2 + payload;
    // Each summand is checked alone first: a caller's length may be anything.
    if (payload > max_document_size || key.size() > max_document_size || used_ + size + depth() > max_document_size) {
        breach(too_large, key.size() > longest_told ? std::string_view{} : key);
        return nullptr;
    }
    if (!plain_key(key)) {
        if (!valid_utf8(key)) breach("a key is not valid UTF-8", {});
        if (has_nul(key)) breach("a key holds NUL", {});
        if (error_) return nullptr;
    }
    std::uint8_t* at = used_ + size <= bytes_.size() ? bytes_.data() + used_ : grow(size);
    *at              = static_cast<std::uint8_t>(type);
    used_ += size;
    return put_text(at + 1, key);
}

// The path of an error is read off the keys of the open levels.
void Builder::breach(const char* what, std::string_view key) {
    if (error_) return;
    std::string path;
    const auto  enter = [this, &path](const Level& level) {
        path += reinterpret_cast<const char*>(bytes_.data() + level.key);
        path += '.';
    };
    for (std::size_t i = 1; i < outer_.size(); ++i) enter(outer_[i]);
    if (!outer_.empty()) enter(level_);
    path += key;
    if (key.empty() && !path.empty()) path.pop_back();
    Error error;
    error.code    = Errc::encode;
    error.message = what;
    error.path    = std::move(path);
    error_        = std::move(error);
}

Builder& Builder::append(std::string_view key, double value) {
    if (auto* at = header(Type::float64, key, 8)) put(at, value);
    return *this;
}
Builder& Builder::append(std::string_view key, std::int32_t value) {
    if (auto* at = header(Type::int32, key, 4)) put(at, value);
    return *this;
}
Builder& Builder::append(std::string_view key, std::int64_t value) {
    if (auto* at = header(Type::int64, key, 8)) put(at, value);
    return *this;
}
Builder& Builder::append(std::string_view key, std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        breach("an unsigned integer above 2^63-1 has no BSON type", key);
    }
    return append(key, static_cast<std::int64_t>(value));
}
Builder& Builder::append(std::string_view key, bool value) {
    if (auto* at = header(Type::boolean, key, 1)) *at = value ? 1 : 0;
    return *this;
}
Builder& Builder::append(std::string_view key, const ObjectId& value) {
    if (auto* at = header(Type::object_id, key, 12)) put(at, value.bytes);
    return *this;
}
Builder& Builder::append(std::string_view key, DateTime value) {
    if (auto* at = header(Type::datetime, key, 8)) put(at, value.ms);
    return *this;
}
Builder& Builder::append(std::string_view key, const Decimal128& value) {
    if (auto* at = header(Type::decimal128, key, 16)) put(put(at, value.low), value.high);
    return *this;
}
Builder& Builder::append(std::string_view key, Timestamp value) {
    if (auto* at = header(Type::timestamp, key, 8)) put(put(at, value.increment), value.seconds);
    return *this;
}
Builder& Builder::append(std::string_view key, MinKey) {
    static_cast<void>(header(Type::min_key, key, 0));
    return *this;
}
Builder& Builder::append(std::string_view key, MaxKey) {
    static_cast<void>(header(Type::max_key, key, 0));
    return *this;
}
Builder& Builder::append(std::string_view key, Null) {
    static_cast<void>(header(Type::null, key, 0));
    return *this;
}

Builder& Builder::text(Type type, std::string_view key, std::string_view value) {
    auto* at = header(type, key, value.size() + 5);
    if (at == nullptr) return *this;
    put_text(put(at, static_cast<std::uint32_t>(value.size() + 1)), value);
    if (!valid_utf8(value)) breach("a string is not valid UTF-8", key);
    return *this;
}
Builder& Builder::append(std::string_view key, std::string_view value) { return text(Type::string, key, value); }
Builder& Builder::append(std::string_view key, const Code& value) { return text(Type::code, key, value.source); }

Builder& Builder::append_binary(std::string_view key, std::span<const std::uint8_t> bytes, std::uint8_t subtype) {
    // The deprecated subtype 2 repeats the length inside.
    const std::size_t inner = subtype == 2 ? 4 : 0;
    auto*             at    = header(Type::binary, key, bytes.size() + inner + 5);
    if (at == nullptr) return *this;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    at    = put(at, static_cast<std::uint32_t>(size + inner));
    *at++ = subtype;
    if (inner != 0) at = put(at, size);
    if (size != 0) std::memcpy(at, bytes.data(), size);
    return *this;
}
Builder& Builder::append(std::string_view key, const Binary& value) { return append_binary(key, value.bytes, value.subtype); }
Builder& Builder::append(std::string_view key, const Uuid& value) { return append_binary(key, value.bytes, 4); }

Builder& Builder::append(std::string_view key, const Regex& value) {
    auto* at = header(Type::regex, key, value.pattern.size() + value.options.size() + 2);
    if (at == nullptr) return *this;
    auto* options = put_text(at, value.pattern);
    auto* end     = put_text(options, value.options);
    std::sort(options, end - 1);  // BSON stores them in alphabetical order
    if (has_nul(value.pattern) || has_nul(value.options)) breach("a regular expression holds NUL", key);
    if (!valid_utf8(value.pattern) || !valid_utf8(value.options)) breach("a regular expression is not valid UTF-8", key);
    return *this;
}

Builder& Builder::copy(Type type, std::string_view key, std::span<const std::uint8_t> payload) {
    auto* at = header(type, key, payload.size());
    if (at != nullptr && !payload.empty()) std::memcpy(at, payload.data(), payload.size());
    return *this;
}

void Builder::check_depth(View document, std::string_view key) {
    if (!detail::depth_within(document, max_depth - depth())) breach(too_deep, key);
}

Builder& Builder::copy_document(Type type, std::string_view key, View document) {
    check_depth(document, key);
    return copy(type, key, document.bytes());
}
Builder& Builder::append(std::string_view key, View document) { return copy_document(Type::document, key, document); }
Builder& Builder::append(std::string_view key, const Array& array) { return copy_document(Type::array, key, array.view()); }
Builder& Builder::append_array(std::string_view key, View array) { return copy_document(Type::array, key, array); }

Builder& Builder::append(std::string_view key, ValueRef value) {
    switch (value.type()) {
        case Type::missing: return *this;
        case Type::document:
        case Type::array: return copy_document(value.type(), key, value.as_view());
        case Type::code_scope:
            check_depth(value.code_scope(), key);
            return copy(value.type(), key, value.bytes());
        default: return copy(value.type(), key, value.bytes());
    }
}

Builder& Builder::append_all(View document) {
    const auto elements = document.bytes().subspan(4, document.size() - 5);
    if (elements.empty() || error_) return *this;
    if (!detail::depth_within(document, max_depth - depth() + 1)) {
        breach(too_deep, {});
        return *this;
    }
    if (used_ + elements.size() + depth() > max_document_size) {
        breach(too_large, {});
        return *this;
    }
    auto* at = used_ + elements.size() <= bytes_.size() ? bytes_.data() + used_ : grow(elements.size());
    std::memcpy(at, elements.data(), elements.size());
    used_ += elements.size();
    return *this;
}

std::string_view Builder::next_index() { return index_text(level_.index++, index_text_); }

Builder& Builder::open(Type type, std::string_view key) {
    if (depth() >= max_depth) breach(too_deep, key);
    if (header(type, key, 4) == nullptr) return *this;
    outer_.push_back(level_);
    level_ = {.start = used_ - 4, .key = used_ - 5 - key.size()};
    return *this;
}
Builder& Builder::open_document(std::string_view key) { return open(Type::document, key); }
Builder& Builder::open_array(std::string_view key) { return open(Type::array, key); }

Builder& Builder::close() {
    if (error_) return *this;  // what was opened after the breach was not counted
    if (outer_.empty()) {
        breach("close without an open document or array", {});
        return *this;
    }
    // header kept a byte for the terminator of each open level under the limit of size.
    std::uint8_t* at = used_ < bytes_.size() ? bytes_.data() + used_ : grow(1);
    *at              = 0;
    ++used_;
    put(bytes_.data() + level_.start, static_cast<std::uint32_t>(used_ - level_.start));
    level_ = outer_.back();
    outer_.pop_back();
    return *this;
}

Result<Document> Builder::finish() {
    if (!outer_.empty()) breach("a document or array was left open", {});
    if (error_) {
        Error error = std::move(*error_);
        reset();
        return fail(std::move(error));
    }
    bytes_.resize(used_ + 1);
    bytes_[used_] = 0;
    put(bytes_.data(), static_cast<std::uint32_t>(used_ + 1));
    Document document = Document::trusted(std::exchange(bytes_, {}));
    reset();
    return document;
}

Document Builder::take() {
    auto document = finish();
    assert(document && "Builder::take of contents that BSON cannot hold");
    return document ? *std::move(document) : Document();
}

}  // namespace tenon::bson
