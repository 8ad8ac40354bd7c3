#pragma once
// The texts inside `$` forms that are not plain: base64 (RFC 4648, section 4) and options of a regular expression.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::bson::detail {

/// With padding.
void append_base64(std::span<const std::uint8_t> bytes, std::string& out);

/// Appends the bytes; false when the text is not exactly what append_base64 writes (padding, no other bits, no spaces).
[[nodiscard]] bool read_base64(std::string_view text, std::vector<std::uint8_t>& out);

/// The options in alphabetical order, as BSON wants them.
[[nodiscard]] std::string sorted_options(std::string_view options);

}  // namespace tenon::bson::detail
