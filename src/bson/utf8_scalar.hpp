#pragma once
// The check of UTF-8 on any processor.

#include <cstddef>

namespace tenon::bson::detail {

[[nodiscard]] bool utf8_scalar(const char* text, std::size_t size) noexcept;

}  // namespace tenon::bson::detail
