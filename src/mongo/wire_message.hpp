#pragma once
// Messages on their way to the server, as the driver hands them over in pieces. MongoDB manual: MongoDB Wire Protocol, OP_MSG.
//
//   int32 length | int32 request id | int32 response to | int32 opcode | int32 flags | byte kind (0) | the command's document | more sections
//
// OP_COMPRESSED, on a connection whose URI names compressors:
//
//   int32 length | int32 request id | int32 response to | int32 2012 | int32 opcode inside | int32 bytes inside | byte compressor | compressed bytes

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// insert, update and delete.
[[nodiscard]] bool writes_documents(std::string_view command) noexcept;

/// By which the server knows a write again that the driver repeats; 0: it does not repeat it. Those of a transaction have the transaction's, and are
/// not repeated. MongoDB specifications: Retryable Writes.
[[nodiscard]] std::int64_t txn_number_of(const bson_t& command) noexcept;
/// The same of a message that is not compressed.
[[nodiscard]] std::int64_t txn_number_of(const mongoc_iovec_t* pieces, std::size_t count);

/// The beginning of a message.
class MessageHead {
public:
    /// `announced`: the name that the driver gave for the command, for a message that hides it; outlives this.
    MessageHead(const mongoc_iovec_t* pieces, std::size_t count, std::string_view announced = {}) noexcept;

    [[nodiscard]] std::size_t  total() const noexcept { return total_; }  ///< bytes of the whole message
    [[nodiscard]] std::int32_t id() const noexcept;
    [[nodiscard]] std::int32_t opcode() const noexcept;
    [[nodiscard]] bool compressed() const noexcept;
    /// The command's name; of a compressed message the one announced. Empty: not known.
    [[nodiscard]] std::string_view command() const noexcept;
    /// hello and the steps of a login: those belong to the making of a connection.
    [[nodiscard]] bool makes_connection() const noexcept;
    [[nodiscard]] bool writes_documents() const noexcept { return mongo::writes_documents(command()); }
    /// Whether the driver may try the command again on another server: only then is one worth waiting for. One that is not known it may not.
    [[nodiscard]] bool may_be_retried() const noexcept;

private:
    std::string_view     announced_;
    std::array<char, 64> bytes_{};
    std::size_t          size_  = 0;
    std::size_t          total_ = 0;
};

/// A message whose command got one more field. The payload behind the command is borrowed from the driver's pieces.
struct LongerMessage {
    static constexpr std::int64_t more = 1 + 10 + 4;  ///< type, "maxTimeMS" and its NUL, an int32
    std::string                 front{};   ///< the header and the command
    std::vector<mongoc_iovec_t> pieces{};  ///< `front` first

    [[nodiscard]] std::int64_t total() const noexcept;
};

/// The message with `maxTimeMS`; empty when it is no command in one piece (compressed) or has that field already.
[[nodiscard]] std::optional<LongerMessage> with_max_time(const mongoc_iovec_t* pieces, std::size_t count, std::chrono::milliseconds most);

/// Whether an answer refuses its command in a way that has the driver make a second attempt: of a member that is no primary, or shuts down. One that
/// is compressed is not looked into. MongoDB specifications: Retryable Writes, Retryable Reads.
[[nodiscard]] bool refuses_for_now(std::string_view answer) noexcept;

/// What asks a server whether it is there.
[[nodiscard]] std::string hello_message();

/// A write's message anew and not compressed, from the command as the driver announced it (its documents in an array), with `maxTimeMS`; all of it is
/// in `front`. Empty: no BSON.
[[nodiscard]] std::optional<LongerMessage> plain_with_max_time(std::int32_t id, std::string_view command, std::chrono::milliseconds most);

}  // namespace tenon::mongo
