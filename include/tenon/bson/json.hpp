#pragma once
// MongoDB Extended JSON v2 (github.com/mongodb/specifications, extended-json), both ways.

#include <cstdint>
#include <string>
#include <string_view>

#include <tenon/bson/document.hpp>

namespace tenon::bson {

enum class JsonMode : std::uint8_t {
    relaxed,    ///< numbers and dates of years 1970 to 9999 as plain JSON where nothing is lost but the width
    canonical,  ///< every type spelled out; from_json(to_json(d)) is d byte for byte, but for the cases below
};

// What canonical JSON cannot carry, by the specification: a NaN's payload bits, a decimal128 in a form that is not
// canonical, regular expression options out of order, array keys that are not "0", "1", ... (all come back normalised),
// and a document whose own key is the name of a `$` form such as "$oid" (refused or read as that type).

/// One line, no spaces after separators. Strings are escaped as JSON demands; any valid document prints.
/// Doubles have the fewest digits that read back the same. A missing value prints as nothing.
[[nodiscard]] std::string to_json(View document, JsonMode mode = JsonMode::relaxed);
[[nodiscard]] std::string to_json(ValueRef value, JsonMode mode = JsonMode::relaxed);

/// Reads a document. Strict JSON (RFC 8259) with the `$` forms of the specification; degenerate forms are errors.
/// Keys with a `$` that name no form are data, so filters and updates can be written: {"$set": {...}},
/// {"$regex": "a", "$options": "i"}. Plain integers become int32, int64 or, past that, double; others double.
/// @errors invalid_argument with line and column; nesting past max_depth; a document over max_document_size.
[[nodiscard]] Result<Document> from_json(std::string_view json);
/// Reads one value of any kind: `{"$oid":"..."}`, `[1,2]`, `"text"`.
[[nodiscard]] Result<Value> value_from_json(std::string_view json);

}  // namespace tenon::bson
