// Change streams, on aggregate and getMore themselves.
//
// The driver's own mongoc_change_stream_t resumes once and not within a deadline, and each of its waits lasts max_await whatever is left
// of the caller's time. Here the server's wait is cut to what is left, so that a call that sees no event ends with the connection
// in good order; and whatever broke the stream it is opened again behind the last event for as long as the call has time.

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "mongo/command.hpp"
#include "mongo/open_cursors.hpp"
#include "mongo/operations.hpp"
#include "store/closed.hpp"

namespace tenon::mongo {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// An answer on its way is waited for a little past the deadline: to give it up costs the connection.
constexpr milliseconds answer_grace{50};
constexpr milliseconds kill_time{500};
constexpr milliseconds first_pause{10};
constexpr milliseconds longest_pause{500};

constexpr std::int32_t cursor_not_found   = 43;
constexpr std::int32_t no_such_document   = 47;
constexpr std::int32_t retry_stream       = 234;
constexpr std::int32_t exceeded_time      = 262;
constexpr std::int32_t wire_version_of_60 = 17;

/// MongoDB specifications: change streams, "Resumable Error". More than that may be resumed from a token without harm: nothing is
/// lost nor seen twice.
bool resumable(const Error& error) {
    if (has_label(error, "ResumableChangeStreamError") || error.code == Errc::network || error.code == Errc::transient) return true;
    switch (error.server.code) {
        case 0:                return error.code == Errc::timeout;
        case cursor_not_found:
        case retry_stream:
        case exceeded_time:    return true;
        default:               return false;
    }
}

const char* name_of(FullDocument wanted) noexcept {
    switch (wanted) {
        case FullDocument::none:           return "off";
        case FullDocument::update_lookup:  return "updateLookup";
        case FullDocument::when_available: return "whenAvailable";
        case FullDocument::required:       return "required";
    }
    return "off";
}

Result<void> check(const Watch& op) {
    if (!op.resume_after.empty() && op.start_at) {
        return fail(Errc::invalid_argument, "a change stream begins after a token or at a time, not both", "start_at");
    }
    if (op.before_change == FullDocument::update_lookup) {
        return fail(Errc::invalid_argument, "the document before a change cannot be looked up: it is when_available or required", "before_change");
    }
    if (op.max_await.count() < 1) return fail(Errc::invalid_argument, "one wait on the server lasts 1 ms or more", "max_await");
    return {};
}

bool asks_for_images(const Watch& op) noexcept {
    return op.before_change != FullDocument::none || op.full_document == FullDocument::when_available || op.full_document == FullDocument::required;
}

/// What a pause between two attempts is: longer each time, over at once when the caller stops.
class Pauses {
public:
    void rest(const Context& context) {
        std::condition_variable_any never;
        std::mutex                  mutex;
        std::unique_lock            lock(mutex);
        auto                        end = Clock::now() + next_;
        if (context.deadline.at) end = std::min(end, *context.deadline.at);
        (void)never.wait_until(lock, context.stop, end, [] { return false; });
        next_ = std::min(2 * next_, longest_pause);
    }

private:
    milliseconds next_ = first_pause;
};

class WatchCursor final : public ChangeCursor, private Holding {
public:
    WatchCursor(std::shared_ptr<Pool> pool, Call call, Watch op, Wanted wanted)
        : pool_(std::move(pool)), call_(std::move(call)), op_(std::move(op)), wanted_(std::move(wanted)),
          open_cursors_(call_.lease.cursors()) {
        open_cursors_->add(*this);
    }
    ~WatchCursor() override {
        open_cursors_->remove(*this);
        kill({});
    }

    /// The first time. @errors the server's; network and timeout when the call's time was over before a server opened it.
    Result<void> open() {
        if (!call_.context.deadline.at) call_.context.deadline = Deadline::after(pool_->settings().selection);
        for (Pauses pauses;;) {
            auto opened = open_once();
            if (opened) return {};
            if (auto over = failed(std::move(opened.error()), pauses)) return fail(std::move(*over));
        }
    }

    Result<std::optional<bson::View>> next(const Deadline& deadline) override {
        if (error_) return fail(*error_);
        if (call_.context.stop.stop_requested()) return fail(cancelled());
        if (auto event = buffered(); !event || *event) return event;
        if (deadline.passed()) return std::optional<bson::View>{};
        const auto wait_end    = deadline.at ? *deadline.at : Clock::now() + op_.max_await;
        call_.context.deadline = Deadline{deadline.at ? wait_end + answer_grace : wait_end + pool_->settings().selection};
        bool         last      = false;
        for (Pauses pauses;;) {
            auto stepped = open_ ? fetch(wait_end, deadline.at.has_value(), last) : open_once();
            if (stepped) {
                if (auto event = buffered(); !event || *event) return event;
                if (last || Clock::now() >= wait_end) return std::optional<bson::View>{};
                continue;
            }
            last = false;
            if (auto over = failed(std::move(stepped.error()), pauses)) return fail(std::move(*over));
        }
    }

    [[nodiscard]] bson::Document resume_token() const override { return token_.empty() ? op_.resume_after : token_; }

private:
    void let_go(const Deadline& deadline) noexcept override {
        kill(deadline);
        error_ = closed();
    }
    static Error cancelled() { return {Errc::cancelled, "the caller asked to stop while waiting for changes"}; }

    /// After a failed step: the error that the call ends with, or none when it is to be tried again.
    std::optional<Error> failed(Error error, Pauses& pauses) {
        const auto ended = call_.client != nullptr ? call_.lease.ended() : Ended::no;
        close();
        auto& context = call_.context;
        if (ended == Ended::cancelled || context.stop.stop_requested()) return cancelled();
        if (ended == Ended::deadline) {
            return Error{Errc::timeout, "the deadline passed before the server answered; the next call goes on behind the last event"};
        }
        if (!resumable(error)) {
            if (error.server.code == 286) error.message = "the oplog no longer holds what follows the point to resume at; read anew and watch from now on";
            if (error.server.code == no_such_document) {
                error.code    = Errc::not_found;
                error.message = "the server does not have the document that was required of an event";
            }
            if (reply_ && error.code == Errc::timeout) {
                // After `timeout` a later call goes on; not so where the server ended the stream, as it does when somebody kills its cursor.
                error.code    = Errc::cancelled;
                error.message = "the server ended the change stream (" + code_name(error.server.code) + "); watch anew after its resume token";
            }
            error_ = error;
            return error;
        }
        pauses.rest(context);
        if (context.stop.stop_requested()) return cancelled();
        if (context.deadline.passed()) return error;
        return std::nullopt;
    }

    Result<void> open_once() {
        if (call_.client == nullptr) {
            auto lease = pool_->lease(call_.context, wanted_);
            if (!lease) return fail(std::move(lease.error()));
            call_.lease  = std::move(*lease);
            call_.client = call_.lease.get();
        }
        call_.lease.bind(call_.context.deadline, call_.context.stop);
        if (auto chosen = choose_server(); !chosen) return chosen;
        if (call_.session == nullptr) {
            if (auto started = start_session(); !started) return started;
        }
        std::vector<bson::Document> pipeline{stage()};
        pipeline.insert(pipeline.end(), op_.pipeline.begin(), op_.pipeline.end());
        Bson cursor;
        if (call_.server().batch_size > 0) cursor.add("batchSize", call_.server().batch_size);
        Bson command;
        if (call_.collection.empty()) command.add("aggregate", std::int32_t{1});
        else command.add("aggregate", call_.collection);
        command.add_array("pipeline", pipeline).add("cursor", cursor);
        auto reply = send(command, {.read_concern = true, .collation = true, .max_time = false});
        if (!reply) {
            Error error = std::move(reply.error());
            for (const auto& one : op_.pipeline) error = name_fault(std::move(error), {one});
            return fail(std::move(error));
        }
        open_ = true;
        return take_batch(std::move(*reply), "firstBatch");
    }

    /// @errors unsupported: a server that has no change streams, or is too old for what is asked.
    Result<void> choose_server() {
        bson_error_t said{};
        const Owned<mongoc_server_description_t, mongoc_server_description_destroy> server(
            mongoc_client_select_server(call_.client, wanted_.read == nullptr, wanted_.read.get(), &said));
        if (!server) return fail(to_error(said, nullptr, Effect::read, call_.context));
        if (std::string_view(mongoc_server_description_type(server.get())) == "Standalone") {
            return fail(Errc::unsupported, "a standalone server has no change streams; connect to a replica set (one member is enough) or a mongos");
        }
        bson_iter_t wire;
        const auto* hello = mongoc_server_description_hello_response(server.get());
        const bool  old   = bson_iter_init_find(&wire, hello, "maxWireVersion") && bson_iter_as_int64(&wire) < wire_version_of_60;
        if (old && asks_for_images(op_)) {
            return fail(Errc::unsupported, "documents from before and after a change are kept by MongoDB 6.0 and later", "before_change");
        }
        server_ = static_cast<std::int32_t>(mongoc_server_description_id(server.get()));
        return {};
    }

    // A getMore has to come in the session that its cursor was made in, which one of the driver's own choice is not.
    Result<void> start_session() {
        const Owned<mongoc_session_opt_t, mongoc_session_opts_destroy> options(mongoc_session_opts_new());
        mongoc_session_opts_set_causal_consistency(options.get(), false);
        bson_error_t said{};
        session_.reset(mongoc_client_start_session(call_.client, options.get(), &said));
        if (!session_) return fail(to_error(said, nullptr, Effect::read, call_.context));
        call_.session = session_.get();
        return {};
    }

    [[nodiscard]] bson::Document stage() const {
        bson::Builder builder;
        builder.open_document("$changeStream");
        if (op_.full_document != FullDocument::none) builder.append("fullDocument", name_of(op_.full_document));
        if (op_.before_change != FullDocument::none) builder.append("fullDocumentBeforeChange", name_of(op_.before_change));
        // Unlike resumeAfter it takes the token of an event that ended its stream, too; and where a stream behind such a one saw nothing yet, that is
        // still its place.
        if (const auto token = resume_token(); !token.empty()) builder.append("startAfter", token);
        else if (op_.start_at) builder.append("startAtOperationTime", *op_.start_at);
        return builder.close().take();
    }

    /// Waits on the server until `wait_end` at most. `last`: the time is over with it.
    Result<void> fetch(Clock::time_point wait_end, bool bounded, bool& last) {
        call_.lease.bind(call_.context.deadline, call_.context.stop);
        const auto left = std::chrono::floor<milliseconds>(wait_end - Clock::now());
        // The server's empty answer has to be here by the deadline.
        const auto margin = bounded ? std::clamp(left / 8, milliseconds(2), milliseconds(100)) : milliseconds(0);
        const auto wait   = std::clamp(left - margin, milliseconds(1), op_.max_await);
        last              = left - margin <= op_.max_await;
        Bson command;
        command.add("getMore", cursor_).add("collection", cursor_name_).add("maxTimeMS", std::int64_t{wait.count()});
        if (call_.server().batch_size > 0) command.add("batchSize", call_.server().batch_size);
        auto reply = send(command, {.max_time = false});
        if (!reply) return fail(std::move(reply.error()));
        return take_batch(std::move(*reply), "nextBatch");
    }

    /// To the server that was chosen, once.
    Result<std::unique_ptr<Bson>> send(const Bson& command, const Takes& takes) {
        Bson options;
        if (auto added = add_options(options, call_, takes); !added) return fail(std::move(added.error()));
        options.add("serverId", server_);
        auto         reply = std::make_unique<Bson>();
        bson_error_t said{};
        if (mongoc_client_command_with_opts(call_.client, call_.database.c_str(), command.get(), wanted_.read.get(), options.get(), reply->get(), &said)) {
            return reply;
        }
        return fail(to_error(said, reply->get(), Effect::read, call_.context));
    }

    Result<void> take_batch(std::unique_ptr<Bson> reply, std::string_view key) {
        auto view = received(*reply->get());
        if (!view) return fail(std::move(view.error()));
        const auto cursor = (*view)["cursor"];
        const auto batch  = cursor.type() == bson::Type::document ? cursor.as_view()[key] : bson::ValueRef();
        const auto id     = batch.missing() ? std::nullopt : cursor.as_view()["id"].to_int64();
        if (batch.type() != bson::Type::array || !id) return fail(Errc::corrupt, "the server's reply has no cursor");
        const auto name = cursor.as_view()["ns"];
        const auto text = name.type() == bson::Type::string ? name.as_string() : std::string_view();
        if (const auto dot = text.find('.'); dot != std::string_view::npos) cursor_name_ = text.substr(dot + 1);
        cursor_           = *id;
        reply_            = std::move(reply);
        events_           = batch.as_view().begin();
        const auto behind = cursor.as_view()["postBatchResumeToken"];
        behind_           = behind.type() == bson::Type::document ? bson::Document(behind.as_view()) : bson::Document();
        if (events_ == std::default_sentinel && !behind_.empty()) token_ = std::exchange(behind_, {});
        return {};
    }

    /// The next event of those that are here; empty: there is none.
    Result<std::optional<bson::View>> buffered() {
        if (!reply_ || events_ == std::default_sentinel) {
            if (!open_ || cursor_ != 0) return std::optional<bson::View>{};
            return end({Errc::invalid_argument, "the change stream has ended with the event that invalidated it; watch anew after its resume token"});
        }
        const auto value = events_->value;
        if (value.type() != bson::Type::document) return end({Errc::corrupt, "the server sent an event that is no document"});
        const auto event = value.as_view();
        const auto token = event["_id"];
        if (token.type() != bson::Type::document) {
            return end({Errc::invalid_argument, "the pipeline takes the _id from events, which is their resume token", "pipeline"});
        }
        ++events_;
        if (events_ == std::default_sentinel && !behind_.empty()) token_ = std::exchange(behind_, {});
        else token_ = bson::Document(token.as_view());
        return std::optional<bson::View>(event);
    }

    tl::unexpected<Error> end(Error error) {
        kill({});
        error_ = std::move(error);
        return fail(*error_);
    }

    /// Frees the cursor on the server, in a time of its own.
    void kill(const Deadline& deadline) {
        if (open_ && cursor_ != 0) {
            call_.lease.bind(earlier(deadline, Deadline::after(kill_time)), {});
            Bson cursors;
            bson_append_int64(cursors.get(), "0", 1, cursor_);
            Bson command;
            command.add("killCursors", cursor_name_).add_array("cursors", cursors);
            (void)send(command, {.max_time = false, .comment = false});
        }
        close();
    }
    // Events that are here already stay, and so does the place behind the last one that the caller saw.
    void close() {
        open_         = false;
        call_.session = nullptr;
        call_.client  = nullptr;
        session_.reset();
        call_.causal.reset();
        call_.lease = Lease();
    }

    std::shared_ptr<Pool>     pool_;
    Call                      call_;
    Watch                     op_;
    Wanted                    wanted_;
    SessionPtr                session_{};
    bool                      open_   = false;  // the server has a cursor, or had one whose end is not reported yet
    std::int32_t              server_ = 0;
    std::int64_t              cursor_ = 0;
    std::string               cursor_name_{};
    std::unique_ptr<Bson>     reply_{};
    bson::View::Iterator      events_{};
    bson::Document            token_{};         // behind what the caller has seen
    bson::Document            behind_{};        // behind the whole batch
    std::optional<Error>      error_{};
    std::shared_ptr<OpenCursors> open_cursors_;
};

}  // namespace

Result<Reply> run_watch(Call& call, Watch& op, const std::shared_ptr<Pool>& pool) {
    if (call.transaction) return fail(Errc::unsupported, "a change stream cannot be opened inside a transaction");
    if (auto fine = check(op); !fine) return fail(std::move(fine.error()));
    auto preference = read_preference(call);
    if (!preference) return fail(std::move(preference.error()));
    Wanted wanted  = *preference ? Wanted{ReadPrefs(preference->release(), mongoc_read_prefs_destroy)} : pool->reads();
    auto   changes = std::make_unique<WatchCursor>(pool, std::move(call), std::move(op), std::move(wanted));
    if (auto opened = changes->open(); !opened) return fail(std::move(opened.error()));
    return Reply(WatchReply{std::move(changes)});
}

}  // namespace tenon::mongo
