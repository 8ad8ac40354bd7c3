#pragma once
// Base64 (RFC 4648) both ways: the one of section 4, with padding, and that of section 5 for URLs, without.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::bson::detail {

enum class Base64 : std::uint8_t {
    padded,  ///< + and /, filled up with = to whole groups of four
    url,     ///< - and _, no padding
};

void append_base64(std::span<const std::uint8_t> bytes, std::string& out, Base64 form = Base64::padded);

/// Appends the bytes. False, with some of them appended, when the text is not exactly what append_base64 writes (padding, no spaces, no bits
/// left over): else two texts would be one value.
[[nodiscard]] bool read_base64(std::string_view text, std::vector<std::uint8_t>& out, Base64 form = Base64::padded);

}  // namespace tenon::bson::detail
