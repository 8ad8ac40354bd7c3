#pragma once
// From a position in bytes to the path of the field that stands there.

#include <cstdint>
#include <span>
#include <string>

namespace tenon::mapping {

/// The path of the innermost element that holds the byte at `offset`: "reactions.3.at". Empty when it is the document itself. The bytes in front
/// of the offset have been read before; those behind it may be anything.
[[nodiscard]] std::string path_of(std::span<const std::uint8_t> document, std::size_t offset);

}  // namespace tenon::mapping
