#include "mongo/options.hpp"

#include <algorithm>

namespace tenon::mongo {

namespace {

mongoc_read_mode_t mode(ReadMode read) noexcept {
    switch (read) {
        case ReadMode::primary:             return MONGOC_READ_PRIMARY;
        case ReadMode::primary_preferred:   return MONGOC_READ_PRIMARY_PREFERRED;
        case ReadMode::secondary:           return MONGOC_READ_SECONDARY;
        case ReadMode::secondary_preferred: return MONGOC_READ_SECONDARY_PREFERRED;
        case ReadMode::nearest:             return MONGOC_READ_NEAREST;
    }
    return MONGOC_READ_PRIMARY;
}

Result<void> add_write_concern(Bson& options, const WriteConcern& concern) {
    if (auto fine = check(concern); !fine) return fine;
    Bson made;
    if (concern.w) made.add("w", *concern.w);
    if (!concern.tag.empty()) made.add("w", concern.tag);
    if (concern.journal) made.add("j", *concern.journal);
    if (concern.timeout.count() > 0) made.add("wtimeout", std::int64_t{concern.timeout.count()});
    if (!made.empty()) options.add("writeConcern", made);
    return {};
}

}  // namespace

const char* level(ReadConcern concern) noexcept {
    switch (concern) {
        case ReadConcern::local:        return "local";
        case ReadConcern::available:    return "available";
        case ReadConcern::majority:     return "majority";
        case ReadConcern::linearizable: return "linearizable";
        case ReadConcern::snapshot:     return "snapshot";
    }
    return "local";
}

Result<void> check(const WriteConcern& concern) {
    if (concern.w && !concern.tag.empty()) return fail(Errc::invalid_argument, "a write concern has a number of members or a tag, not both", "write_concern");
    if (concern.w && *concern.w < 1) {
        return fail(Errc::invalid_argument, "a write concern waits for one member or more; unacknowledged writes are not offered", "write_concern.w");
    }
    if (concern.timeout.count() < 0) return fail(Errc::invalid_argument, "a write concern's time is 0 (none) or more", "write_concern.timeout");
    return {};
}

Result<void> add_options(Bson& options, const Call& call, const Takes& takes) {
    if (call.session != nullptr) {
        bson_error_t said{};
        if (!mongoc_client_session_append(call.session, options.get(), &said)) {
            return fail(Errc::invalid_argument, "the session is of another client");
        }
    }
    if (takes.max_time && call.context.deadline.at) {
        const auto left = call.context.deadline.left({});
        if (left.count() <= 0) return fail(Errc::timeout, "the deadline passed before the command was sent");
        options.add("maxTimeMS", std::int64_t{std::min<std::int64_t>(left.count(), INT32_MAX)});
    }
    if (!call.context.server) return {};
    const auto& server = *call.context.server;
    if (server.batch_size < 0) return fail(Errc::invalid_argument, "a batch has a number of documents, or 0 for the server's choice", "batch_size");
    if (takes.read_concern && server.read_concern) {
        Bson concern;
        options.add("readConcern", concern.add("level", level(*server.read_concern)));
    }
    if (takes.write_concern && server.write_concern) {
        if (call.transaction) {
            return fail(Errc::invalid_argument, "a write in a transaction has the transaction's write concern; set it in TransactionOptions", "write_concern");
        }
        if (auto added = add_write_concern(options, *server.write_concern); !added) return added;
    }
    if (takes.comment && !server.comment.empty()) options.add("comment", server.comment);
    if (takes.collation && !server.collation.empty()) options.add("collation", server.collation);
    if (takes.batch_size && server.batch_size > 0) options.add("batchSize", server.batch_size);
    if (takes.disk_use && server.allow_disk_use) options.add("allowDiskUse", *server.allow_disk_use);
    return {};
}

void add_hint(Bson& options, const std::string& hint) {
    if (hint.empty()) return;
    if (hint != "$natural") {
        options.add("hint", hint);
        return;
    }
    Bson natural;
    options.add("hint", natural.add("$natural", std::int32_t{1}));
}

Result<ReadPrefsPtr> read_preference(const Call& call) {
    if (!call.context.server || !call.context.server->read_preference) return ReadPrefsPtr{};
    const auto&  wanted = *call.context.server->read_preference;
    ReadPrefsPtr made(mongoc_read_prefs_new(mode(wanted.mode)));
    if (!wanted.tags.empty()) {
        Bson          tags;
        std::uint32_t i = 0;
        for (const auto& set : wanted.tags) Bson::push(*tags.get(), i++, set);
        mongoc_read_prefs_set_tags(made.get(), tags.get());
    }
    if (wanted.max_staleness) mongoc_read_prefs_set_max_staleness_seconds(made.get(), std::int64_t{wanted.max_staleness->count()});
    if (!mongoc_read_prefs_is_valid(made.get()) || (wanted.max_staleness && wanted.max_staleness->count() < 90)) {
        return fail(Errc::invalid_argument, "tags and a staleness need another mode than primary, and a staleness is 90 s or more", "read_preference");
    }
    return made;
}

}  // namespace tenon::mongo
