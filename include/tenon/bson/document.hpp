#pragma once
// Value, Document and Builder: BSON that owns its bytes, and how it is written.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/bson/view.hpp>

namespace tenon::bson {

/// A document that owns its bytes. A regular value type; the bytes are always valid BSON.
class Document {
public:
    Document() = default;
    /// Copies the bytes of a view.
    explicit Document(View view) : bytes_(view.bytes().begin(), view.bytes().end()) {}

    /// Takes bytes over after View::validate accepts them. @errors decode.
    [[nodiscard]] static Result<Document> from_bytes(std::vector<std::uint8_t> bytes);
    /// Takes bytes over that are known to be valid.
    [[nodiscard]] static Document trusted(std::vector<std::uint8_t> bytes) noexcept {
        Document d;
        d.bytes_ = std::move(bytes);
        return d;
    }
    /// Extended JSON v2, canonical, relaxed or a mix. @errors invalid_argument with the position. See bson/json.hpp.
    [[nodiscard]] static Result<Document> from_json(std::string_view json);

    /// Borrows; good until the document is changed or ends.
    [[nodiscard]] View view() const noexcept { return bytes_.empty() ? View() : View(bytes_.data()); }
    operator View() const noexcept { return view(); }  // NOLINT(google-explicit-constructor): a Document is a View that owns
    // As View's.
    [[nodiscard]] ValueRef operator[](std::string_view key) const noexcept { return view()[key]; }
    [[nodiscard]] ValueRef at_path(std::string_view path) const noexcept { return view().at_path(path); }
    [[nodiscard]] View::Iterator begin() const noexcept { return view().begin(); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    [[nodiscard]] bool empty() const noexcept { return view().empty(); }
    [[nodiscard]] std::uint32_t size() const noexcept { return view().size(); }  ///< in bytes, 5 or more
    /// The bytes, for reuse as a Builder's buffer; the document is empty afterwards.
    [[nodiscard]] std::vector<std::uint8_t> release() noexcept { return std::exchange(bytes_, {}); }

    /// Same bytes. For MongoDB's equality use bson::equal (bson/compare.hpp).
    friend bool operator==(const Document& a, const Document& b) noexcept { return a.view() == b.view(); }

private:
    std::vector<std::uint8_t> bytes_{};
};

/// An array that owns its bytes: wraps them so that appending one writes type 0x04.
class Array {
public:
    Array() = default;
    /// `elements`: keyed "0", "1", ... in order, as Builder::push writes them.
    explicit Array(Document elements) noexcept : document_(std::move(elements)) {}

    /// The elements. Borrows.
    [[nodiscard]] View view() const noexcept { return document_.view(); }
    friend bool operator==(const Array&, const Array&) = default;

private:
    Document document_{};
};

/// Writes one document front to back into a growing buffer.
///
/// Keys may not hold NUL, strings must be valid UTF-8, nesting ends at `max_depth`, the whole at `max_document_size`:
/// the first breach is kept and `finish` returns it. Not thread-safe.
class Builder {
public:
    Builder() : Builder(std::vector<std::uint8_t>{}) {}
    /// Reuses the capacity of a buffer; its contents are dropped.
    explicit Builder(std::vector<std::uint8_t> reuse);

    // Each writes one element of the type that its argument has in BSON, into the innermost open document, and returns the builder.
    Builder& append(std::string_view key, double value);
    Builder& append(std::string_view key, std::int32_t value);
    Builder& append(std::string_view key, std::int64_t value);
    /// int64 when it fits; above int64's range an Errc::encode of `finish`.
    Builder& append(std::string_view key, std::uint64_t value);
    template <class T>
        requires(std::is_same_v<T, unsigned> || std::is_same_v<T, long long>)
    Builder& append(std::string_view key, T value) {
        return append(key, static_cast<std::int64_t>(value));
    }
    Builder& append(std::string_view key, unsigned long long value) { return append(key, std::uint64_t{value}); }
    Builder& append(std::string_view key, bool value);
    template <class T>
    Builder& append(std::string_view key, const T* value) = delete;  // would be a bool
    Builder& append(std::string_view key, std::string_view value);
    Builder& append(std::string_view key, const char* value) { return append(key, std::string_view(value)); }
    Builder& append(std::string_view key, const std::string& value) { return append(key, std::string_view(value)); }
    Builder& append(std::string_view key, const ObjectId& value);
    Builder& append(std::string_view key, DateTime value);
    Builder& append(std::string_view key, const Decimal128& value);
    Builder& append(std::string_view key, const Uuid& value);
    Builder& append(std::string_view key, const Binary& value);
    Builder& append(std::string_view key, const Regex& value);
    Builder& append(std::string_view key, const Code& value);
    Builder& append(std::string_view key, Timestamp value);
    Builder& append(std::string_view key, MinKey);
    Builder& append(std::string_view key, MaxKey);
    Builder& append(std::string_view key, Null);
    Builder& append(std::string_view key, std::nullptr_t) { return append(key, Null{}); }
    Builder& append(std::string_view key, View document);
    Builder& append(std::string_view key, const Document& document) { return append(key, document.view()); }
    Builder& append(std::string_view key, const Array& array);
    Builder& append(std::string_view key, ValueRef value);  ///< any value, bytes copied; a missing one appends nothing
    /// A View does not know that it is an array.
    Builder& append_array(std::string_view key, View array);
    /// Bytes that stand elsewhere; a Binary owns its own.
    Builder& append_binary(std::string_view key, std::span<const std::uint8_t> bytes, std::uint8_t subtype = 0);
    template <class T>
    Builder& append(std::string_view key, const std::optional<T>& value) {  ///< empty: null
        return value ? append(key, *value) : append(key, Null{});
    }

    /// Appends under the next index of the open array ("0", "1", ...).
    template <class T>
    Builder& push(const T& value) {
        return append(next_index(), value);
    }
    /// As append_array, of the open array.
    Builder& push_array(View array) { return append_array(next_index(), array); }

    /// What is appended from here on goes into it, until `close`.
    Builder& open_document(std::string_view key);
    Builder& open_array(std::string_view key);
    /// The same as an element of the open array.
    Builder& push_document() { return open_document(next_index()); }
    Builder& push_array() { return open_array(next_index()); }
    Builder& close();  ///< ends the innermost open document or array

    /// Copies all elements of a document into the open one.
    Builder& append_all(View document);

    /// Ends the document. @errors encode (UTF-8, NUL in a key, size, depth, an integer out of range, a level left open).
    /// The builder is empty afterwards and may be used again.
    [[nodiscard]] Result<Document> finish();
    /// As finish, for contents that cannot be wrong; a breach is asserted and yields the empty document.
    [[nodiscard]] Document take();

private:
    friend class ValueWriter;
    struct Level {
        std::size_t   start = 0;  // of the length
        std::size_t   key   = 0;  // of the key, for the path of an error
        std::uint32_t index = 0;
    };

    /// Writes type and key and makes room for a payload; where it goes, or null after a breach.
    [[nodiscard]] std::uint8_t* header(Type type, std::string_view key, std::size_t payload);
    [[nodiscard]] std::uint8_t* grow(std::size_t size);
    Builder& text(Type type, std::string_view key, std::string_view value);
    Builder& copy(Type type, std::string_view key, std::span<const std::uint8_t> payload);
    Builder& copy_document(Type type, std::string_view key, View document);
    Builder& open(Type type, std::string_view key);
    [[nodiscard]] std::size_t depth() const noexcept { return outer_.size() + 1; }
    void check_depth(View document, std::string_view key);
    void reset();
    [[nodiscard]] std::string_view next_index();
    void breach(const char* what, std::string_view key);

    std::vector<std::uint8_t> bytes_{};     // written up to used_, room behind it
    std::size_t               used_ = 0;
    Level                     level_{};     // the innermost open document or array
    std::vector<Level>        outer_{};     // those around it, the whole document first
    std::optional<Error>      error_{};
    char                      index_text_[12]{};
};

/// A single BSON value that owns its bytes: an id, a bound, an element taken out of a document.
class Value {
public:
    Value() = default;  ///< missing
    /// Copies the bytes.
    explicit Value(ValueRef ref) : type_(ref.type()), bytes_(ref.bytes().begin(), ref.bytes().end()) {}
    /// From anything Builder::append takes.
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, ValueRef> && !std::is_same_v<std::remove_cvref_t<T>, Value> &&
                 requires(Builder b, const T& v) { b.append("", v); })
    Value(const T& value) {  // NOLINT(google-explicit-constructor): a Value is any value
        Builder b;
        b.append("v", value);
        *this = Value(b.take()["v"]);
    }

    /// Borrows; good until the value is changed or ends.
    [[nodiscard]] ValueRef ref() const noexcept {
        return {type_, bytes_.data(), static_cast<std::uint32_t>(bytes_.size())};
    }
    operator ValueRef() const noexcept { return ref(); }  // NOLINT(google-explicit-constructor)
    [[nodiscard]] Type type() const noexcept { return type_; }
    [[nodiscard]] bool missing() const noexcept { return type_ == Type::missing; }

    /// Same type and same bytes.
    friend bool operator==(const Value& a, const Value& b) noexcept { return a.ref().identical(b.ref()); }

private:
    Type                      type_ = Type::missing;
    std::vector<std::uint8_t> bytes_{};
};

namespace detail {
inline void append_pairs(Builder&) {}
template <class V, class... Rest>
void append_pairs(Builder& builder, std::string_view key, const V& value, const Rest&... rest) {
    builder.append(key, value);
    append_pairs(builder, rest...);
}
}  // namespace detail

/// A document of alternating keys and values: `doc("qty", 5, "tags", array("a", "b"))`.
/// For keys and strings known to be valid; use Builder for others.
template <class... KeysAndValues>
[[nodiscard]] Document doc(const KeysAndValues&... pairs) {
    Builder builder;
    detail::append_pairs(builder, pairs...);
    return builder.take();
}

/// An array of the values: `array(1, "two", 3.0)`.
template <class... Values>
[[nodiscard]] Array array(const Values&... values) {
    Builder builder;
    (builder.push(values), ...);
    return Array(builder.take());
}

}  // namespace tenon::bson
