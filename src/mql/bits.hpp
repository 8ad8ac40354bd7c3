#pragma once
// $bitsAllSet and its kin.

#include <tenon/bson/view.hpp>

#include "mql/filter.hpp"

namespace tenon::mql {

/// Whether a value satisfies a bits_* node. Numbers are 64-bit two's complement whose sign reaches all higher bits;
/// a double must be an integer. A binary has its bytes in order, zero past its end. Anything else does not match.
[[nodiscard]] bool bits_hold(const Node& node, bson::ValueRef value) noexcept;

}  // namespace tenon::mql
