#pragma once
// What the driver and the server say as our Errors.

#include <initializer_list>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// What a failed command may have done.
enum class Effect : std::uint8_t { read, write };

/// What a code of the server's means for the caller. Codes of the query language, and unknown ones, are invalid_argument as in mql.
[[nodiscard]] Errc meaning(std::int32_t server_code) noexcept;
/// MongoDB's name of a code ("DuplicateKey"), "Location<code>" for one that has none. The server's own codeName goes first.
[[nodiscard]] std::string code_name(std::int32_t server_code);
/// What to do about it, in our words: never the server's, which may hold values.
[[nodiscard]] std::string advice(Errc code, std::int32_t server_code);

/// An Error from what the driver said and the reply, if the server sent one (may be null or empty): code, name, labels, outcome.
/// A write's outcome is unknown where it may have been applied. A lost connection at a passed deadline is a timeout.
[[nodiscard]] Error to_error(const bson_error_t& said, const bson_t* reply, Effect effect, const Context& context);

/// The error of a call with Error::path set to what the server found at fault, where it is a key of the caller's own documents (an
/// operator, a path) or the hint: such names are code, not values.
/// `more`: documents beside those sent, such as array filters.
[[nodiscard]] Error name_fault(Error error, std::initializer_list<bson::View> sent, std::string_view hint = {}, const std::vector<bson::Document>& more = {});

/// True when the server answered, if only that the user may not ask this or that it does not know the question: the login was good.
[[nodiscard]] bool was_answered(const Error& error) noexcept;
/// True when the reply carries this label.
[[nodiscard]] bool has_label(const Error& error, std::string_view label) noexcept;

}  // namespace tenon::mongo
