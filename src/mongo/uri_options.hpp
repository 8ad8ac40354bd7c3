#pragma once
// The options of a URI's text: those that no driver knows, and those that are ours and not the driver's.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <tenon/result.hpp>

namespace tenon::mongo {

/// The driver passes over an option that it does not know, with a warning: a mistyped tls or readConcernLevel would be none.
/// @errors invalid_argument: an option that neither the driver nor this library knows; its path is the option's name.
[[nodiscard]] Result<void> check_options(std::string_view uri);

/// The URI without its options of these names (in lower case), whatever their case. The driver has no call that removes one.
[[nodiscard]] std::string without_options(std::string_view uri, std::initializer_list<std::string_view> names);

/// A whole number of the text, for options that a driver of 2.x no longer has. Of one that comes twice the last, as the driver has it.
/// @errors invalid_argument: none of 0 to 2^31 - 1.
[[nodiscard]] Result<std::optional<std::uint32_t>> number_of(std::string_view uri, std::string_view name);

}  // namespace tenon::mongo
