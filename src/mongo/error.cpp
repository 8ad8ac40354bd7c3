#include "mongo/error.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "mongo/bson.hpp"
#include "mql/mql_error.hpp"

namespace tenon::mongo {

namespace {

struct Row {
    std::string_view name;
    std::int32_t     code;
    Errc             errc;
    bool             not_applied = false;  ///< transient, network: the server refused before it wrote
};

// MongoDB's src/mongo/base/error_codes, those that are no fault of the call. What is not here is.
constexpr Row rows[] = {
    {"HostUnreachable", 6, Errc::network},
    {"HostNotFound", 7, Errc::network},
    {"UserNotFound", 11, Errc::auth},
    {"Unauthorized", 13, Errc::auth},
    {"AuthenticationFailed", 18, Errc::auth},
    {"LockTimeout", 24, Errc::timeout},
    {"CursorNotFound", 43, Errc::timeout},
    {"LockBusy", 46, Errc::transient},
    {"MaxTimeMSExpired", 50, Errc::timeout},
    {"CommandNotFound", 59, Errc::unsupported},
    {"StaleShardVersion", 63, Errc::transient, true},
    {"WriteConcernFailed", 64, Errc::timeout},
    {"NetworkTimeout", 89, Errc::network},
    {"ShutdownInProgress", 91, Errc::transient},
    {"WriteConflict", 112, Errc::transient, true},
    {"CommandNotSupported", 115, Errc::unsupported},
    {"DocumentValidationFailure", 121, Errc::validation},
    {"FailedToSatisfyReadPreference", 133, Errc::transient, true},
    {"ReadConcernMajorityNotAvailableYet", 134, Errc::transient, true},
    {"StaleEpoch", 150, Errc::transient, true},
    {"PrimarySteppedDown", 189, Errc::transient},
    {"NetworkInterfaceExceededTimeLimit", 202, Errc::timeout},
    {"TooManyLocks", 208, Errc::transient, true},
    {"CursorKilled", 237, Errc::timeout},
    {"NotImplemented", 238, Errc::unsupported},
    {"SnapshotTooOld", 239, Errc::transient, true},
    {"SnapshotUnavailable", 246, Errc::transient, true},
    {"ExceededTimeLimit", 262, Errc::timeout},
    {"OperationNotSupportedInTransaction", 263, Errc::unsupported},
    {"PreparedTransactionInProgress", 267, Errc::transient, true},
    {"ChangeStreamHistoryLost", 286, Errc::unsupported},
    {"ObjectIsBusy", 314, Errc::transient, true},
    {"InternalTransactionNotSupported", 358, Errc::transient},
    {"TemporarilyUnavailable", 365, Errc::transient, true},
    {"AtlasError", 8000, Errc::auth},
    {"SocketException", 9001, Errc::network},
    {"LegacyNotPrimary", 10058, Errc::transient, true},
    {"NotWritablePrimary", 10107, Errc::transient, true},
    {"DuplicateKey", 11000, Errc::duplicate_key},
    {"DuplicateKey", 11001, Errc::duplicate_key},
    {"InterruptedAtShutdown", 11600, Errc::transient},
    {"Interrupted", 11601, Errc::cancelled},
    {"InterruptedDueToReplStateChange", 11602, Errc::transient},
    {"DuplicateKey", 12582, Errc::duplicate_key},
    {"StaleConfig", 13388, Errc::transient, true},
    {"NotPrimaryNoSecondaryOk", 13435, Errc::transient, true},
    {"NotPrimaryOrSecondary", 13436, Errc::transient, true},
    {"OutOfDiskSpace", 14031, Errc::io},
};

// Names of codes that are the call's fault, for items of a write: the server names those of a whole command alone.
constexpr Row names[] = {
    {"IllegalOperation", 20, Errc::invalid_argument},
    {"NamespaceNotFound", 26, Errc::invalid_argument},
    {"IndexNotFound", 27, Errc::invalid_argument},
    {"NamespaceExists", 48, Errc::invalid_argument},
    {"NotSingleValueField", 54, Errc::invalid_argument},
    {"InvalidOptions", 72, Errc::invalid_argument},
    {"InvalidNamespace", 73, Errc::invalid_argument},
    {"UnknownReplWriteConcern", 79, Errc::invalid_argument},
    {"IndexOptionsConflict", 85, Errc::invalid_argument},
    {"IndexKeySpecsConflict", 86, Errc::invalid_argument},
    {"UnsatisfiableWriteConcern", 100, Errc::invalid_argument},
    {"QueryFeatureNotAllowed", 224, Errc::invalid_argument},
    {"NoSuchTransaction", 251, Errc::invalid_argument},
    {"NoQueryExecutionPlans", 291, Errc::invalid_argument},
    {"QueryExceededMemoryLimitNoDiskUseAllowed", 292, Errc::invalid_argument},
};

const Row* find_row(std::int32_t code) noexcept {
    const auto* found = std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.code == code; });
    return found == std::end(rows) ? nullptr : found;
}

/// What the driver itself found wrong.
Errc driver_meaning(const bson_error_t& said) noexcept {
    switch (said.domain) {
        case MONGOC_ERROR_SASL:
        case MONGOC_ERROR_SCRAM:  return Errc::auth;
        case MONGOC_ERROR_STREAM: return Errc::network;
        case MONGOC_ERROR_CLIENT:
            switch (said.code) {
                case MONGOC_ERROR_CLIENT_AUTHENTICATE:
                case MONGOC_ERROR_CLIENT_GETNONCE:        return Errc::auth;
                case MONGOC_ERROR_CLIENT_SESSION_FAILURE: return Errc::unsupported;
                case MONGOC_ERROR_CLIENT_NOT_READY:       return Errc::network;
                default:                                  return Errc::invalid_argument;
            }
        case MONGOC_ERROR_PROTOCOL:
            return said.code == MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION ? Errc::unsupported : Errc::network;
        case MONGOC_ERROR_SERVER_SELECTION: return Errc::network;
        case MONGOC_ERROR_POOL:             return Errc::timeout;
        default:                            return Errc::invalid_argument;
    }
}

std::string driver_advice(const bson_error_t& said, Errc code) {
    switch (code) {
        case Errc::auth:        return "the server refused the login; check user, password and authSource";
        case Errc::timeout:     return "the deadline passed before the server answered";
        case Errc::unsupported: return "the server is too old or of a kind that cannot do it";
        case Errc::cancelled:   return "the caller stopped before the server answered";
        case Errc::network:
            if (said.domain == MONGOC_ERROR_SERVER_SELECTION) return "no server that may answer was reached; check that the deployment runs and has a primary";
            if (said.code == MONGOC_ERROR_STREAM_NAME_RESOLUTION) return "a server's name could not be resolved";
            return "the connection to the server was lost or could not be made";
        default: return "the driver refused the call";
    }
}

bool is_server(const bson_error_t& said) noexcept { return said.domain == MONGOC_ERROR_SERVER || said.domain == MONGOC_ERROR_WRITE_CONCERN; }

void add_labels(Error& error, const bson_t& reply) {
    bson_iter_t labels;
    bson_iter_t label;
    if (!bson_iter_init_find(&labels, &reply, "errorLabels") || !BSON_ITER_HOLDS_ARRAY(&labels) || !bson_iter_recurse(&labels, &label)) return;
    while (bson_iter_next(&label)) {
        std::uint32_t length = 0;
        if (BSON_ITER_HOLDS_UTF8(&label)) {
            const char* text = bson_iter_utf8(&label, &length);
            error.server.labels.emplace_back(text, length);
        }
    }
}

// Where a command ended before its writing began, or was never sent.
bool not_applied(const bson_error_t& said, const Error& error) noexcept {
    if (is_server(said)) {
        const auto* row = find_row(error.server.code);
        if (row == nullptr || row->not_applied) return true;
        switch (row->errc) {
            case Errc::transient:
            case Errc::timeout:
            case Errc::network:
            case Errc::cancelled: return false;
            default:              return true;
        }
    }
    if (said.domain == MONGOC_ERROR_STREAM) return said.code == MONGOC_ERROR_STREAM_CONNECT || said.code == MONGOC_ERROR_STREAM_NAME_RESOLUTION;
    return said.domain != MONGOC_ERROR_PROTOCOL || said.code == MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION;
}

/// The first operator among a document's keys that stands in the server's words.
bool find_named(bson::View document, std::string_view words, std::size_t depth, std::string_view& named) {
    if (depth > bson::max_depth) return false;
    for (const auto& [key, value] : document) {
        if (key.starts_with('$') && key.size() > 1) {
            for (auto at = words.find(key); at != std::string_view::npos; at = words.find(key, at + 1)) {
                const auto end = at + key.size();
                if (end < words.size() && std::isalnum(static_cast<unsigned char>(words[end])) != 0) continue;
                named = key;
                return true;
            }
        }
        const bool nested = value.type() == bson::Type::document || value.type() == bson::Type::array;
        if (nested && find_named(value.as_view(), words, depth + 1, named)) return true;
    }
    return false;
}

/// "Updating the path 'a.b' would create a conflict at 'a'": a, which the caller's update names.
std::string_view path_of_conflict(std::string_view words) {
    constexpr std::string_view before = "conflict at '";
    const auto                 at     = words.rfind(before);
    if (at == std::string_view::npos || !words.ends_with('\'')) return {};
    words.remove_prefix(at + before.size());
    words.remove_suffix(1);
    return words;
}

/// Codes that say by themselves what of the call was wrong.
struct Known {
    std::int32_t     code;
    std::string_view path;
    std::string_view what;
};
constexpr Known known_faults[] = {
    {73, "name", "the collection's name is none"},
    {15974, "sort", "a sort's direction is 1 or -1"},
    {15975, "sort", "a sort's direction is 1 or -1"},
    {51091, "$regex", "the regular expression is invalid"},
};

}  // namespace

Errc meaning(std::int32_t server_code) noexcept {
    const auto* row = find_row(server_code);
    return row == nullptr ? Errc::invalid_argument : row->errc;
}

std::string code_name(std::int32_t server_code) {
    if (const auto* row = find_row(server_code)) return std::string(row->name);
    for (const auto& row : names) {
        if (row.code == server_code) return std::string(row.name);
    }
    return mql::code_name(server_code);
}

std::string advice(Errc code, std::int32_t server_code) {
    switch (code) {
        case Errc::duplicate_key: return "another document has this key in a unique index";
        case Errc::validation:    return "the document breaks the collection's validator";
        case Errc::auth:
            return server_code == 18 ? "the server refused the login; check user, password and authSource"
                                     : "the user may not do this; grant it a role that may";
        case Errc::transient: return "the server could not do it now; run the whole operation again";
        case Errc::network:   return "a server lost the connection to another; try again";
        case Errc::timeout:
            if (server_code == 43 || server_code == 237) return "the server closed the cursor, which was idle for too long or was killed; start the query again";
            if (server_code == 64) return "the write was applied, but its write concern was not met in time";
            return "the server ended the operation at its time limit";
        case Errc::unsupported: return "the server does not support this";
        case Errc::cancelled:   return "the operation was ended on the server";
        case Errc::io:          return "the server's disk is full";
        default:                return "the server refused the call as it stands (" + code_name(server_code) + ")";
    }
}

Error name_fault(Error error, std::initializer_list<bson::View> sent, std::string_view hint, const std::vector<bson::Document>& more) {
    if (error.server.code == 0 || !error.path.empty()) return error;
    for (const auto& fault : known_faults) {
        if (fault.code != error.server.code) continue;
        error.path = fault.path;
        error.message.append(": ").append(fault.what);
        return error;
    }
    const std::string_view words = error.server.message;
    if (error.server.code == 66 && words.find("'_id'") != std::string_view::npos) error.path = "_id";
    if (error.server.code == 40) error.path = path_of_conflict(words);
    if (error.path.empty() && !hint.empty() && words.find("hint") != std::string_view::npos) error.path = "hint";
    if (error.path.empty()) {
        std::string_view named;
        for (const auto& document : sent) {
            if (find_named(document, words, 0, named)) break;
        }
        for (auto one = more.begin(); named.empty() && one != more.end(); ++one) find_named(*one, words, 0, named);
        error.path = named;
    }
    if (!error.path.empty()) error.message += ": see \"" + error.path + "\"";
    // What a server knows but not in this place, such as $where in an aggregation. $expr has other places of its own.
    if (error.code == Errc::invalid_argument && error.path.starts_with('$') && error.path != "$expr" && words.find("not allowed in this context") != std::string_view::npos) {
        error.code = Errc::unsupported;
    }
    return error;
}

bool was_answered(const Error& error) noexcept {
    constexpr int unauthorized = 13;
    return error.server.code == unauthorized || (error.server.code != 0 && error.code == Errc::unsupported);
}

bool has_label(const Error& error, std::string_view label) noexcept {
    return std::find(error.server.labels.begin(), error.server.labels.end(), label) != error.server.labels.end();
}

Error to_error(const bson_error_t& said, const bson_t* reply, Effect effect, const Context& context) {
    Error error;
    error.server.message = said.message;
    if (reply != nullptr) add_labels(error, *reply);
    if (is_server(said)) {
        error.server.code = static_cast<std::int32_t>(said.code);
        bson_iter_t name;
        if (reply != nullptr && bson_iter_init_find(&name, reply, "codeName") && BSON_ITER_HOLDS_UTF8(&name)) error.server.name = bson_iter_utf8(&name, nullptr);
        else error.server.name = code_name(error.server.code);
        error.code    = meaning(error.server.code);
        error.message = advice(error.code, error.server.code);
        // The limit that the server kept is the call's own, which it was sent.
        if (error.server.code == 50 && context.deadline.at) error.message = "the deadline passed before the server was done";
    } else {
        error.code = driver_meaning(said);
        // The driver tells a socket's timeout and its loss alike; what tells them apart is the deadline.
        if (error.code == Errc::network && context.deadline.at && context.deadline.left({}).count() <= 0) error.code = Errc::timeout;
        // So ends a connection in the making whose caller stopped.
        if (error.code == Errc::network && context.stop.stop_requested()) error.code = Errc::cancelled;
        error.message = driver_advice(said, error.code);
    }
    if (has_label(error, "TransientTransactionError") && error.code != Errc::network && error.code != Errc::timeout) error.code = Errc::transient;
    if (effect == Effect::write && !not_applied(said, error)) error.outcome = Outcome::unknown;
    return error;
}

}  // namespace tenon::mongo
