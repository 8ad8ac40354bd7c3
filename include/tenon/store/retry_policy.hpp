#pragma once
// RetryPolicy: how often one operation is run again after a failure that may pass. RetryBudget: how often all of a database's are.

#include <chrono>
#include <cstdint>

namespace tenon {

/// Of a call, a repository (ServerOptions::retry) or a database (Config::retry). The default runs nothing again, beyond the driver's own
/// second attempt (retryReads, retryWrites), which is not counted here.
///
/// Run again are operations that failed with `transient` or `network`, or with a `timeout` that is not the call's own (no server or
/// connection came free); where nothing was applied (Error::outcome none) all but Database::command, where it is unknown those alone that
/// can be done twice: reads, and writes by exact `_id` that leave the same document however often they are done. Where a part was applied, and
/// inside a transaction, nothing is: a transaction runs its body again. Of a cursor the opening is, not what it reads later.
/// The pauses lie within the call's deadline and end with its stop token. docs/mongodb.md has the table.
struct RetryPolicy {
    std::uint32_t             attempts = 1;           ///< runs of an operation at most, with the first; 1: none again; 0 is invalid_argument
    std::chrono::milliseconds initial_backoff{50};    ///< the first pause is from 0 to this, at random; each later one up to twice as long
    std::chrono::milliseconds maximum_backoff{2000};  ///< no pause is longer; less than the initial one, or below 0, is invalid_argument
};

/// How much of a database's load may be repetitions, so that an outage is not made worse by them: all calls of one Database, its copies and
/// other databases of the same store share it. Each call that may be repeated saves up `ratio`, each repetition spends 1; where less than 1
/// is left the failure comes back as it is. So there are at most `reserve` + `ratio` * calls repetitions.
struct RetryBudget {
    double        ratio   = 0.2;  ///< repetitions a call in the long run; 0 or less: the reserve alone
    std::uint32_t reserve = 10;   ///< repetitions that can be saved up, and that a database begins with; 0: nothing is repeated
};

}  // namespace tenon
