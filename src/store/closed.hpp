#pragma once
// What every call on a closed store answers.

#include <tenon/result.hpp>

namespace tenon {

[[nodiscard]] inline Error closed() { return {Errc::cancelled, "the database is closed"}; }

}  // namespace tenon
