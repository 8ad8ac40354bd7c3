#pragma once
// The errors of MongoDB's language: our code for the caller, MongoDB's number and name beside it.

#include <string>
#include <string_view>

#include <tenon/result.hpp>

namespace tenon::mql {

/// MongoDB's error codes that the language raises.
namespace code {
inline constexpr int bad_value                    = 2;
inline constexpr int failed_to_parse              = 9;
inline constexpr int type_mismatch                = 14;
inline constexpr int overflow                     = 15;
inline constexpr int invalid_length               = 16;
inline constexpr int path_not_viable              = 28;
inline constexpr int conflicting_update_operators = 40;
inline constexpr int dollar_prefixed_field_name   = 52;
inline constexpr int invalid_id_field             = 53;
inline constexpr int empty_field_name             = 56;
inline constexpr int dotted_field_name            = 57;
inline constexpr int immutable_field              = 66;
inline constexpr int cannot_create_index          = 67;
inline constexpr int query_feature_not_allowed    = 224;
inline constexpr int conversion_failure           = 241;
inline constexpr int cannot_index_parallel_arrays = 171;
inline constexpr int bson_object_too_large        = 10334;
}  // namespace code

/// MongoDB's name of a code ("BadValue"); "Location<code>" for the numbers that have none, as the server writes it.
[[nodiscard]] std::string code_name(int mongo_code);

/// Errc::invalid_argument with MongoDB's code and name in Error::server. `message` never holds a value of a document.
[[nodiscard]] tl::unexpected<Error> mql_error(int mongo_code, std::string message, std::string path = {});

/// Errc::unsupported for what the embedded engine leaves out: `what` names it ("$where").
[[nodiscard]] tl::unexpected<Error> unsupported(std::string_view what, std::string path = {});

}  // namespace tenon::mql
