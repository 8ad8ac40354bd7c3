#pragma once
// Where decode reads: untrusted bytes, each length checked before it is used. A fault is a position; its path is found afterwards.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <tenon/mapping/detail/ascii.hpp>
#include <tenon/bson/view.hpp>
#include <tenon/result.hpp>

namespace tenon::mapping {

/// The bytes of one decode. Functions that read return the position behind what they read, or nullptr after a fault.
/// Each gets the end of the document it stands in: the position of the terminator, where a 0 byte is known to be.
class Reader {
public:
    /// @param fresh  the target is new: no member holds anything of an earlier document
    Reader(std::span<const Byte> bytes, bool fresh) noexcept : bytes_(bytes), fresh_(fresh) {}
    Reader(const Reader&)            = delete;
    Reader& operator=(const Reader&) = delete;

    [[nodiscard]] bool fresh() const noexcept { return fresh_; }

    /// Begins the document or array at `at`: checks its length against `limit` and the depth. Returns its terminator.
    [[nodiscard]] const Byte* open(const Byte* at, const Byte* limit) {
        if (limit - at < 5) [[unlikely]] return truncated(at);
        std::int32_t size = 0;
        std::memcpy(&size, at, 4);
        if (size < 5 || size > limit - at || at[size - 1] != 0) [[unlikely]] return bad_length(at);
        if (++depth_ > bson::max_depth) [[unlikely]] return too_deep(at);
        return at + size - 1;
    }
    void close() noexcept { --depth_; }
    /// The whole document was read and ends at `at`; false after a fault, and for bytes behind it.
    [[nodiscard]] bool ended(const Byte* at) {
        return at != nullptr && (at == bytes_.data() + bytes_.size() || bad_length(bytes_.data()) != nullptr);
    }
    [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

    /// The end of the key that begins at `at`: where its NUL is.
    [[nodiscard]] const Byte* key_end(const Byte* at, const Byte* end) {
        while (*at != 0) ++at;  // ends at the terminator of the document at the latest
        if (at >= end) [[unlikely]] return truncated(at);
        return at;
    }

    /// Behind the value of a type that nobody wants, its length checked.
    [[nodiscard]] const Byte* skip(Byte type, const Byte* at, const Byte* end);
    /// The value of a type in place, once its length is known to be right; all else is as the bytes say.
    [[nodiscard]] const Byte* value(Byte type, const Byte* at, const Byte* end, bson::ValueRef& out);
    /// As `value`, and validated to its depth.
    [[nodiscard]] const Byte* valid_value(Byte type, const Byte* at, const Byte* end, bson::ValueRef& out);

    // Faults. Each keeps the position and returns nullptr.
    [[gnu::cold]] const Byte* truncated(const Byte* at);
    [[gnu::cold]] const Byte* bad_length(const Byte* at);
    [[gnu::cold]] const Byte* too_deep(const Byte* at);
    [[gnu::cold]] const Byte* bad_utf8(const Byte* at);
    [[gnu::cold]] const Byte* duplicate(const Byte* at);
    [[gnu::cold]] const Byte* mismatch(const Byte* at, Byte found, const char* expected);  ///< another type
    [[gnu::cold]] const Byte* narrow(const Byte* at, Byte found, const char* expected);    ///< a type whose value does not fit
    [[gnu::cold]] const Byte* missing(const Byte* document, std::string_view key);
    [[gnu::cold]] const Byte* refused(const Byte* at, std::string what);                   ///< `field "x" ` + what
    [[gnu::cold]] const Byte* refused(const Byte* at, const Error& error);                 ///< with its path put behind ours

    /// The fault as an Error: path and where are the field's, document_id is filled in when it can be read.
    [[nodiscard]] Error error() const;

private:
    const Byte* keep(const Byte* at, std::string what);

    std::span<const Byte> bytes_;
    bool                  fresh_;
    std::size_t           depth_ = 0;
    const Byte*           fault_at_ = nullptr;
    std::string           fault_{};
    std::string           below_{};  // the path below the position
};

/// A number of the bytes, unchecked.
template <class N>
[[nodiscard]] inline N load(const Byte* at) noexcept {
    N value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// The payload of a string.
[[nodiscard]] const Byte* read_string(Reader& r, const Byte* at, const Byte* end, std::string& out);

/// The payload of a string in place.
[[nodiscard]] const Byte* read_text(Reader& r, const Byte* at, const Byte* end, std::string_view& out);

/// Any number as an int64 or a double, only when nothing is lost.
[[nodiscard]] const Byte* read_integer(Reader& r, Byte type, const Byte* at, const Byte* end, std::int64_t& out, const char* expected);
[[nodiscard]] const Byte* read_double(Reader& r, Byte type, const Byte* at, const Byte* end, double& out, const char* expected);

/// The payload of a binary in place.
[[nodiscard]] const Byte* read_binary(Reader& r, const Byte* at, const Byte* end, std::span<const Byte>& out, Byte& subtype);

/// How many elements follow that look alike: a hint for reserve, never more than there are.
[[nodiscard]] std::size_t count_elements(const Byte* at, const Byte* end, Byte type) noexcept;

/// Where a key stands among the names of a struct: `hint` is tried first. The number of names when it is none.
[[nodiscard]] std::size_t find_key(const std::string_view* names, std::size_t count, std::size_t hint, std::string_view key) noexcept;

}  // namespace tenon::mapping
