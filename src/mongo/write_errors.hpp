#pragma once
// What writes check before they send, and their failures: the driver's reply, item by item, as one Error.

#include <vector>

#include "mongo/bson.hpp"
#include "mongo/call.hpp"
#include "mongo/error.hpp"

namespace tenon::mongo {

/// An item that was refused, by its index in what was sent.
struct Refusal {
    std::size_t index = 0;
    Error       error{};
};

/// An item is refused once: no two have the same index.
void sort_by_index(std::vector<Refusal>& refusals);

/// How a write failed.
struct WriteFailure {
    Error                error{};     ///< of the whole: the first refusal's, the write concern's, or the connection's
    std::vector<Refusal> refusals{};  ///< in the order of their indexes
    bool                 applied = false;  ///< what was not refused was applied: the server's reply says so, or the write concern alone failed
};

/// Reads a failed write's reply (writeErrors, writeConcernErrors, errorLabels). The update's operators in `sent` may be named in Error::path.
[[nodiscard]] WriteFailure write_failure(const bson_error_t& said, const bson_t& reply, const Context& context);

/// Of a write that may have been sent in several commands, whose failure the driver tells as `said`: a command that failed as a whole, which the driver
/// hides behind an item's refusal or another command's success (of an unordered write), says more than these, and which items were its is not known.
/// Where any of them may have written, nobody knows what is there, whatever was said to the last one.
void count_lost_command(WriteFailure& failure, const bson_error_t& said);

/// The Error of a write of many: "2 of 5 items were refused, the first at index 1: ...", and all of them in Error::items. `of_item`: `first` is the
/// first refusal's; else it is of the whole, such as a lost connection's, and keeps its words.
[[nodiscard]] Error many_error(Error first, bool of_item, const std::vector<Refusal>& refusals, std::size_t total);

/// "another document has this key in the unique index ..." with its first field as the path, from the server's words and keyPattern.
void describe_duplicate(Error& error, bson::View write_error);

/// Makes a document what the server will store: its _id in front, generated when there is none. @errors invalid_argument: too large.
[[nodiscard]] Result<void> prepare_insert(bson::Document& document);
/// An update of operators, of a size that can be sent. @errors invalid_argument: a bare document, which the server would take as a replace.
[[nodiscard]] Result<void> check_update(bson::View update);
/// A whole document. @errors invalid_argument: an operator in front, which the server would apply; too large.
[[nodiscard]] Result<void> check_replacement(bson::View replacement);

/// The outcome of a refused write of many matches: unknown, for it may have changed some before it met the one it could not; none where the
/// server refused the statement itself.
[[nodiscard]] Outcome outcome_of_many(const Error& error) noexcept;

/// Errc::invalid_argument with BSONObjectTooLarge, before anything is sent.
[[nodiscard]] tl::unexpected<Error> too_large();

/// An _id as Error::document_id and Error::inserted show it; empty when there is none.
[[nodiscard]] std::string shown_id(bson::View document);

}  // namespace tenon::mongo
