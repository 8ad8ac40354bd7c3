#pragma once
// Where encode writes: a raw pointer into the caller's buffer. Room is asked for once per run of fields of known size.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <tenon/mapping/detail/ascii.hpp>
#include <tenon/bson/view.hpp>
#include <tenon/result.hpp>

namespace tenon::mapping {

/// The buffer of one encode. A fault does not stop the writing: the first one is kept and the bytes are dropped at the end,
/// so that the path of a field costs nothing unless it is asked for.
class Writer {
public:
    explicit Writer(std::vector<Byte>& out) noexcept : begin_(out.data()), end_(out.data() + out.size()), out_(out) {}
    Writer(const Writer&)            = delete;
    Writer& operator=(const Writer&) = delete;

    [[nodiscard]] Byte* begin() const noexcept { return begin_; }
    [[nodiscard]] std::size_t offset(const Byte* at) const noexcept { return static_cast<std::size_t>(at - begin_); }

    /// Room for `size` bytes behind `at`.
    [[nodiscard]] Byte* need(Byte* at, std::size_t size) {
        if (static_cast<std::size_t>(end_ - at) < size) [[unlikely]] return grow(at, size);
        return at;
    }

    /// Keeps the first fault: the value that begins at `at` cannot be written.
    void fault(const Byte* at, const char* what);
    void fault(const Byte* at, const Error& error);  ///< with what another part of the library said of it

    /// Nesting of documents and arrays: false past bson::max_depth.
    [[nodiscard]] bool enter(const Byte* at) {
        if (++depth_ <= bson::max_depth) [[likely]] return true;
        fault(at, "documents nest deeper than 100");
        return false;
    }
    void leave() noexcept { --depth_; }

    /// Patches the length of the document that began at an offset and ends at `at`.
    void close(std::size_t start, const Byte* at) const noexcept {
        const auto size = static_cast<std::uint32_t>(offset(at) - start);
        std::memcpy(begin_ + start, &size, 4);
    }

    /// The whole document ends at `at`. @errors encode.
    [[nodiscard]] Result<void> finish(const Byte* at);

private:
    Byte* grow(Byte* at, std::size_t size);

    Byte*              begin_;
    Byte*              end_;
    std::vector<Byte>& out_;
    std::size_t        depth_ = 0;
    bool               faulty_ = false;
    std::size_t        fault_at_ = 0;
    std::string        fault_{};
};

template <class N>
inline Byte* store(Byte* at, N value) noexcept {
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

/// The payload of a string, and room for `tail` more bytes behind it.
[[nodiscard]] inline Byte* write_string(Writer& w, Byte* at, std::string_view text, std::size_t tail) {
    at = w.need(at, text.size() + 5 + tail);
    store(at, static_cast<std::uint32_t>(text.size() + 1));
    if (!copy_ascii(at + 4, text.data(), text.size()) && !bson::detail::valid_utf8_mixed(text.data(), text.size())) [[unlikely]] {
        w.fault(at, "the string is not valid UTF-8");
    }
    at += 4 + text.size();
    *at = 0;
    return at + 1;
}

/// An array's next key, its type byte before it; 12 bytes at most.
[[nodiscard]] inline Byte* write_index(Byte* at, Byte type, std::size_t index) noexcept {
    *at++ = type;
    if (index < 10) {
        *at++ = static_cast<Byte>('0' + index);
    } else {
        Byte  digits[20];
        Byte* first = digits + sizeof digits;
        for (; index != 0; index /= 10) *--first = static_cast<Byte>('0' + index % 10);
        const auto size = static_cast<std::size_t>(digits + sizeof digits - first);
        std::memcpy(at, first, size);
        at += size;
    }
    *at++ = 0;
    return at;
}
inline constexpr std::size_t index_room = 22;

/// A key that is data (a map's): type byte, text, NUL. Room for `tail` more bytes.
[[nodiscard]] Byte* write_key(Writer& w, Byte* at, Byte type, std::string_view key, std::size_t tail);

/// A payload copied as it is, and room for `tail` more bytes.
[[nodiscard]] Byte* write_bytes(Writer& w, Byte* at, const Byte* bytes, std::size_t size, std::size_t tail);

/// The payload of a binary.
[[nodiscard]] Byte* write_binary(Writer& w, Byte* at, const Byte* bytes, std::size_t size, Byte subtype, std::size_t tail);

}  // namespace tenon::mapping
