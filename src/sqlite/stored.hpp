#pragma once
// The documents that come out of the file.

#include <cstdint>
#include <span>

#include <tenon/bson/view.hpp>

namespace tenon::sqlite {

/// A stored document, checked from end to end: the file may have been damaged by the disk or another program, SQLite has no checksum
/// of its pages, and everything behind this point trusts lengths and types. @errors corrupt.
[[nodiscard]] inline Result<bson::View> stored_document(std::span<const std::uint8_t> bytes) {
    // What a string holds was decided when it was written; of a deep document it is enough that it ends.
    constexpr bson::ValidateOptions structure{.utf8 = false, .max_depth = 2 * bson::max_depth};
    if (auto view = bson::View::validate(bytes, structure)) return *view;
    return fail(Errc::corrupt, "a stored document is damaged");
}

}  // namespace tenon::sqlite
