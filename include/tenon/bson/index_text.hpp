#pragma once
// The keys of an array: "0", "1", "2", ...

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenon::bson {

/// Writes the decimal digits of an index into `buffer` and returns them.
[[nodiscard]] inline std::string_view index_text(std::uint32_t index, char (&buffer)[12]) noexcept {
    if (index < 10) {
        buffer[0] = static_cast<char>('0' + index);
        return {buffer, 1};
    }
    char* at = buffer + sizeof buffer;
    do {
        *--at = static_cast<char>('0' + index % 10);
        index /= 10;
    } while (index != 0);
    return {at, static_cast<std::size_t>(buffer + sizeof buffer - at)};
}

}  // namespace tenon::bson
