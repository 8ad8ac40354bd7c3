#pragma once
// Commands that the verbs send themselves, past the driver's helpers, and how replies are read.

#include <memory>
#include <string_view>

#include "mongo/bson.hpp"
#include "mongo/call.hpp"
#include "mongo/error.hpp"
#include "mongo/options.hpp"

namespace tenon::mongo {

/// Sends a reading command with its options; the driver retries it once where the URI lets it. @errors the server's.
[[nodiscard]] Result<std::unique_ptr<Bson>> read_command(const Call& call, const Bson& command, const Takes& takes);
/// Sends a command that changes something. The driver retries it where MongoDB's retryable writes know it (findAndModify).
[[nodiscard]] Result<std::unique_ptr<Bson>> write_command(const Call& call, const Bson& command, const Takes& takes);

/// The value at a dotted path of a reply; false when it is not there.
[[nodiscard]] bool find_value(const bson_t& reply, const char* path, bson_iter_t& value) noexcept;
/// The number there, or 0.
[[nodiscard]] std::int64_t number_at(const bson_t& reply, const char* path) noexcept;
/// The value there, checked and copied. @errors corrupt.
[[nodiscard]] Result<bson::Value> value_of(const bson_iter_t& at);
/// The document there, copied; the empty one when there is none. @errors corrupt.
[[nodiscard]] Result<bson::Document> document_of(const bson_iter_t& at);

}  // namespace tenon::mongo
