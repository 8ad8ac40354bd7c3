#pragma once
// done: what rows of a table of calls return, whatever each call gives.

#include <utility>

#include <tenon/result.hpp>

namespace support {

/// Whether it went well, without the value.
template <class T>
tenon::Result<void> done(tenon::Result<T> result) {
    if (!result) return tenon::fail(std::move(result).error());
    return {};
}

}  // namespace support
