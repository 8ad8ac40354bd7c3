#pragma once
// Messages on their way to the server, as the driver hands them over in pieces. MongoDB manual: MongoDB Wire Protocol, OP_MSG.
//
//   int32 length | int32 request id | int32 response to | int32 opcode | int32 flags | byte kind (0) | the command's document | more sections

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

/// The beginning of a message.
class MessageHead {
public:
    MessageHead(const mongoc_iovec_t* pieces, std::size_t count) noexcept;

    [[nodiscard]] std::size_t  total() const noexcept { return total_; }  ///< bytes of the whole message
    [[nodiscard]] std::int32_t id() const noexcept;
    [[nodiscard]] std::int32_t opcode() const noexcept;
    /// The command's name; empty when the message is compressed.
    [[nodiscard]] std::string_view command() const noexcept;
    /// hello and the steps of a login: those belong to the making of a connection.
    [[nodiscard]] bool makes_connection() const noexcept;
    /// insert, update and delete.
    [[nodiscard]] bool writes_documents() const noexcept;
    /// Whether the driver may try the command again on another server: only then is one worth waiting for.
    [[nodiscard]] bool may_be_retried() const noexcept;

private:
    std::array<char, 64> bytes_{};
    std::size_t          size_  = 0;
    std::size_t          total_ = 0;
};

/// A message whose command got one more field. The payload behind the command is borrowed from the driver's pieces.
struct LongerMessage {
    static constexpr std::int64_t more = 1 + 10 + 4;  ///< type, "maxTimeMS" and its NUL, an int32
    std::string                 front{};   ///< the header and the command
    std::vector<mongoc_iovec_t> pieces{};  ///< `front` first
};

/// The message with `maxTimeMS`; empty when it is no command in one piece (compressed) or has that field already.
[[nodiscard]] std::optional<LongerMessage> with_max_time(const mongoc_iovec_t* pieces, std::size_t count, std::chrono::milliseconds most);

}  // namespace tenon::mongo
