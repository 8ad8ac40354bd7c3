#include "mongo/stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <string>
#include <string_view>

#include <tenon/store/config.hpp>
#include <tenon/store/monitor.hpp>

#include "mongo/announced.hpp"
#include "mongo/fork.hpp"
#include "mongo/wire_message.hpp"
#include "mongo/write_attempts.hpp"

// Exported by every libmongoc from 1.23 to 2.x, in a private header. Weak, so that a build which hides them still links; there only
// the URI's timeouts end a call (see warn_of_unbound_streams).
extern "C" {
__attribute__((weak)) mongoc_stream_t* mongoc_client_default_stream_initiator(const mongoc_uri_t*, const mongoc_host_list_t*, void*,
                                                                              bson_error_t*);
#if MONGOC_CHECK_VERSION(2, 0, 0)
__attribute__((weak)) void _mongoc_client_set_stream_initiator_single_or_pooled(mongoc_client_t*, mongoc_stream_initiator_t, void*);
#endif
}

namespace tenon::mongo {

namespace {

using Clock = std::chrono::steady_clock;

/// What a server says that gave up by itself.
std::string answer_in_its_stead(std::int32_t request, Ended why) {
    constexpr std::int32_t op_msg = 2013;
    const bool late = why == Ended::deadline;
    bson_t     body = BSON_INITIALIZER;
    bson_append_double(&body, "ok", 2, 0.0);
    const char* words = late ? "the deadline passed before the server answered" : "the caller stopped before the server answered";
    bson_append_utf8(&body, "errmsg", 6, words, -1);
    bson_append_int32(&body, "code", 4, late ? 50 : 11601);
    bson_append_utf8(&body, "codeName", 8, late ? "MaxTimeMSExpired" : "Interrupted", -1);

    const std::int32_t head[5] = {static_cast<std::int32_t>(sizeof(std::int32_t) * 5 + 1 + body.len), 0, request, op_msg, 0};
    std::string        message(sizeof head, '\0');
    std::memcpy(message.data(), head, sizeof head);
    message += '\0';  // a section that is one document
    message.append(reinterpret_cast<const char*>(bson_get_data(&body)), body.len);
    bson_destroy(&body);
    return message;
}

/// The wrapper. The driver holds it by its first part, the table of functions.
class BoundStream : public mongoc_stream_t {
public:
    BoundStream(mongoc_stream_t* inner, Bounds& bounds, const mongoc_host_list_t& host, std::chrono::milliseconds connect)
        : mongoc_stream_t{}, inner_(inner), bounds_(bounds), host_(host), losses_(bounds.topology->losses(host.host_and_port)),
          made_(Clock::now()), to_be_made_(made_ + connect) {
        host_.next      = nullptr;
        this->type      = 0x7e40;  // none of the driver's
        this->destroy   = [](mongoc_stream_t* s) { delete self(s); };
        this->failed    = [](mongoc_stream_t* s) { delete self(s); };
        this->close     = [](mongoc_stream_t* s) { return self(s)->foreign() ? 0 : mongoc_stream_close(self(s)->inner_); };
        this->flush     = [](mongoc_stream_t* s) { return self(s)->foreign() ? 0 : mongoc_stream_flush(self(s)->inner_); };
        this->writev    = [](mongoc_stream_t* s, mongoc_iovec_t* pieces, std::size_t count, std::int32_t timeout) {
            return self(s)->write(pieces, count, timeout);
        };
        this->readv = [](mongoc_stream_t* s, mongoc_iovec_t* pieces, std::size_t count, std::size_t least, std::int32_t timeout) {
            return self(s)->read(pieces, count, least, timeout);
        };
        this->setsockopt = [](mongoc_stream_t* s, int level, int name, void* value, mongoc_socklen_t size) {
            return mongoc_stream_setsockopt(self(s)->inner_, level, name, value, size);
        };
        this->get_base_stream = [](mongoc_stream_t* s) { return self(s)->inner_; };
        this->check_closed    = [](mongoc_stream_t* s) { return self(s)->foreign() || mongoc_stream_check_closed(self(s)->inner_); };
        this->timed_out       = [](mongoc_stream_t* s) { return self(s)->late_ || mongoc_stream_timed_out(self(s)->inner_); };
        this->should_retry    = [](mongoc_stream_t* s) { return mongoc_stream_should_retry(self(s)->inner_); };
        bounds_.streams.push_back(this);
        if (bounds_.monitor != nullptr) bounds_.monitor->connection_created({host_.host_and_port});
    }
    BoundStream(const BoundStream&)            = delete;
    BoundStream& operator=(const BoundStream&) = delete;
    ~BoundStream() {
        std::erase(bounds_.streams, this);
        if (foreign()) return;
        mongoc_stream_destroy(inner_);
        if (bounds_.monitor != nullptr) bounds_.monitor->connection_closed({host_.host_and_port});
    }

private:
    static BoundStream* self(mongoc_stream_t* stream) noexcept { return static_cast<BoundStream*>(stream); }

    /// In a child, the socket is the parent's.
    [[nodiscard]] bool foreign() const noexcept { return bounds_.process != fork_generation(); }

    [[nodiscard]] Ended ended() const noexcept {
        if (bounds_.stop.stop_requested()) return Ended::cancelled;
        return bounds_.deadline.passed() ? Ended::deadline : Ended::no;
    }

    /// What the driver would wait, cut to what is left of the call.
    [[nodiscard]] std::int32_t patience(std::int32_t timeout) const noexcept {
        if (!bounds_.deadline.at && !making_) return timeout;
        // The driver gives a hello the time of any answer: five minutes, where nobody set socketTimeoutMS.
        auto end = bounds_.deadline.at.value_or(to_be_made_);
        if (making_) end = std::min(std::max(end, made_ + handshake_grace), to_be_made_);
        // One more than is left, since the driver counts in whole milliseconds and would end before the deadline.
        const auto left = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count()) + 1;
        return timeout > 0 && timeout < left ? timeout : static_cast<std::int32_t>(std::min<std::int64_t>(left, INT32_MAX));
    }

    void answer(Ended why) {
        bounds_.ended = why;
        canned_       = answer_in_its_stead(request_, why);
        given_        = 0;
    }
    void give_up(Ended why) {
        dead_         = true;
        bounds_.spent = true;
        answer(why);
    }

    std::int64_t write(mongoc_iovec_t* pieces, std::size_t count, std::int32_t timeout) {
        const Announced   announced = take_announced();
        const MessageHead head(pieces, count, announced.name);
        const auto total = static_cast<std::int64_t>(head.total());
        canned_.clear();
        late_ = false;
        if (making_ && !head.makes_connection()) making_ = false;
        request_   = head.id();
        retryable_ = head.may_be_retried();
        first_     = true;
        if (foreign()) {
            answer(Ended::cancelled);
            return total;
        }
        if (dead_ && ended() == Ended::no) {
            // Bound anew, by an abort: the driver's second attempt goes by another connection. To it this one timed out, which tells nothing of the
            // server: it is not looked for again.
            late_ = true;
            errno = ETIMEDOUT;
            return -1;
        }
        if (dead_) {
            answer(bounds_.ended == Ended::no ? Ended::deadline : bounds_.ended);
            return total;
        }
        if (!making_) {
            if (const auto why = ended(); why != Ended::no) {
                answer(why);  // nothing was sent: the connection stays good
                return total;
            }
            bounds_.sent = true;
            if (retryable_) {
                ++bounds_.sendings;
                changes_ = bounds_.topology->changes();
            }
            if (head.writes_documents()) WriteAttempts::sent(head.compressed() ? announced.txn_number : txn_number_of(pieces, count));
        }
        // The driver's own calls would send an update's maxTimeMS within the statement. Without one the server goes on with what
        // nobody waits for: an update that meets a transaction's document tries again until that ends.
        if (!making_ && bounds_.deadline.at && head.writes_documents()) {
            // What is compressed cannot be added to: it goes out anew, as it was before.
            const auto most = bounds_.deadline.left({});
            if (auto longer = head.compressed() ? plain_with_max_time(head.id(), announced.command, most) : with_max_time(pieces, count, most)) {
                const auto all = longer->total();
                const auto out = mongoc_stream_writev(inner_, longer->pieces.data(), longer->pieces.size(), patience(timeout));
                return after_write(out == all ? total : std::min(out, total - 1), total);
            }
        }
        const auto written = mongoc_stream_writev(inner_, pieces, count, patience(timeout));
        if (making_) return note_failure(written, written == total);
        return after_write(written, total);
    }

    std::int64_t after_write(std::int64_t written, std::int64_t total) {
        if (written == total) return total;
        if (const auto why = ended(); why != Ended::no) {
            give_up(why);
            return total;
        }
        return broken(written, total);
    }

    std::int64_t read(mongoc_iovec_t* pieces, std::size_t count, std::size_t least, std::int32_t timeout) {
        if (given_ < canned_.size()) return give(pieces, count);
        if (foreign()) {
            errno = ECONNRESET;
            return -1;
        }
        const bool first = std::exchange(first_, false);
        if (making_ && first && bounds_.stop.stop_possible() && !comes_before_stop(timeout)) {
            bounds_.ended = Ended::cancelled;
            errno         = ETIMEDOUT;
            late_         = true;
            bounds_.spent = true;
            return -1;
        }
        // Once a part of the answer is with the driver, no other can be given in its stead.
        if (!first || making_) {
            const auto got = mongoc_stream_readv(inner_, pieces, count, least, patience(timeout));
            return note_failure(got, got >= static_cast<std::int64_t>(least) && got > 0);
        }
        if (bounds_.stop.stop_possible() && !comes_before_stop(timeout)) {
            give_up(ended());
            return give(pieces, count);
        }
        const auto got = mongoc_stream_readv(inner_, pieces, count, least, patience(timeout));
        if (got > 0 && got >= static_cast<std::int64_t>(least)) {
            note_reply(pieces[0], got);
            if (retryable_ && bounds_.deadline.at && !await_primary(pieces[0], got)) return give(pieces, count);
            return got;
        }
        if (const auto why = ended(); why != Ended::no) {
            give_up(why);
            return give(pieces, count);
        }
        if (mongoc_stream_timed_out(inner_)) return note_failure(got, false);  // the URI's own socketTimeoutMS
        if (broken(got, 0) == 0) return give(pieces, count);
        return got;
    }

    /// A member that is no primary, or is none for long, is reported to the driver as a connection that broke is: when its second attempt has a
    /// server to go to. False: the deadline came first.
    [[nodiscard]] bool await_primary(const mongoc_iovec_t& piece, std::int64_t got) {
        constexpr std::uint32_t most = 4096;  // no refusal is longer; what is shorter is read here as a whole
        std::uint32_t           size = 0;
        if (got != sizeof size || piece.iov_len < sizeof size) return true;
        std::memcpy(&size, piece.iov_base, sizeof size);
        if (size <= sizeof size || size > most) return true;
        canned_.assign(size, '\0');
        std::memcpy(canned_.data(), &size, sizeof size);
        given_ = sizeof size;  // which the driver has
        const auto more = mongoc_stream_read(inner_, canned_.data() + given_, size - given_, size - given_, patience(0));
        // What lacks is missed by the driver when it asks for it.
        canned_.resize(given_ + static_cast<std::size_t>(std::max<std::int64_t>(0, more)));
        if (canned_.size() != size || !refuses_for_now(canned_)) return true;
        if (bounds_.topology->wait_after_refusal(changes_, bounds_.wanted, bounds_.deadline, bounds_.stop)) return true;
        const auto why = ended();
        if (why == Ended::no) return true;
        give_up(why);
        return false;
    }

    /// A message begins with its length.
    void note_reply(const mongoc_iovec_t& piece, std::int64_t got) noexcept {
        if (piece.iov_len < sizeof bounds_.reply_bytes || got < static_cast<std::int64_t>(sizeof bounds_.reply_bytes)) return;
        std::memcpy(&bounds_.reply_bytes, piece.iov_base, sizeof bounds_.reply_bytes);
        ++bounds_.replies;
    }

    std::int64_t note_failure(std::int64_t got, bool good) noexcept {
        if (!good) {
            bounds_.spent = true;
            late_         = bounds_.deadline.passed();
        }
        return got;
    }

    /// The connection broke. Waits for a server for the driver's second attempt; `answered` is what is returned when time is over first.
    std::int64_t broken(std::int64_t got, std::int64_t answered) {
        bounds_.spent = true;
        if (!retryable_) return got == 0 ? -1 : got;
        const int  error = errno;
        const auto alive = [this] { return takes_connections(); };
        if (!bounds_.topology->wait_after_loss(host_.host_and_port, losses_, bounds_.wanted, bounds_.deadline, bounds_.stop, alive)) {
            if (const auto why = ended(); why != Ended::no) {
                give_up(why);
                return answered;
            }
        }
        errno = error;
        return got == 0 ? -1 : got;
    }

    [[nodiscard]] bool takes_connections() const {
        constexpr std::int32_t most = 100;
        const Uri              uri(mongoc_uri_copy(bounds_.uri));
        mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, std::min(most, patience(most)));
        bson_error_t           said{};
        mongoc_stream_t* const probe = mongoc_client_default_stream_initiator(uri.get(), &host_, bounds_.client, &said);
        if (probe == nullptr) return false;
        // A proxy takes connections for a server that is gone, and so does the kernel for one that is stopped.
        std::string    hello = hello_message();
        mongoc_iovec_t piece{};
        piece.iov_base    = hello.data();
        piece.iov_len     = hello.size();
        bool answers      = mongoc_stream_writev(probe, &piece, 1, std::min(most, patience(most))) == static_cast<std::int64_t>(hello.size());
        char answer[16];  // the header
        answers = answers && mongoc_stream_read(probe, answer, sizeof answer, sizeof answer, std::min(most, patience(most))) == sizeof answer;
        mongoc_stream_destroy(probe);
        return answers;
    }

    /// Waits for the answer's first byte, with a look at the stop token now and then. False: the caller stopped or the deadline passed. A connection in
    /// the making has its grace for either.
    [[nodiscard]] bool comes_before_stop(std::int32_t timeout) {
        constexpr std::int32_t slice = 20;
        const auto             end   = Clock::now() + std::chrono::milliseconds(making_ ? patience(timeout) : timeout > 0 ? timeout : INT32_MAX);
        const auto             over  = [&] {
            return making_ ? bounds_.stop.stop_requested() && Clock::now() >= made_ + handshake_grace : ended() != Ended::no;
        };
        while (!over() && Clock::now() < end) {
            mongoc_stream_poll_t watched{inner_, POLLIN, 0};
            if (mongoc_stream_poll(&watched, 1, std::min(slice, patience(slice))) != 0) return true;
        }
        return !over();
    }

    std::int64_t give(mongoc_iovec_t* pieces, std::size_t count) noexcept {
        std::int64_t given = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto size = std::min(pieces[i].iov_len, canned_.size() - given_);
            std::memcpy(pieces[i].iov_base, canned_.data() + given_, size);
            given_ += size;
            given += static_cast<std::int64_t>(size);
        }
        return given;
    }

    mongoc_stream_t*   inner_;
    Bounds&            bounds_;
    mongoc_host_list_t host_;
    std::uint64_t      losses_;
    std::uint64_t      changes_ = 0;  // what the topology had seen when the command went out
    Clock::time_point  made_;
    Clock::time_point  to_be_made_;                 // no later, handshake and all
    bool               making_    = true;   // the login is not over
    bool               first_     = false;  // nothing of the answer was read yet
    bool               retryable_ = false;
    bool               dead_      = false;  // an answer is outstanding that nobody waits for
    bool               late_      = false;
    std::int32_t       request_   = 0;
    std::string        canned_{};
    std::size_t        given_ = 0;
};

mongoc_stream_t* connect(const mongoc_uri_t* uri, const mongoc_host_list_t* host, void* data, bson_error_t* error) {
    auto& bounds = *static_cast<Bounds*>(data);
    const auto fail_late = [&] {
        bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, "no time was left to connect");
        return nullptr;
    };
    if (bounds.process != fork_generation()) return fail_late();
    Uri        own(mongoc_uri_copy(uri));
    const auto configured = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 10'000);
    if (bounds.deadline.at) {
        const auto left       = std::max(bounds.deadline.left(std::chrono::milliseconds(0)), handshake_grace).count();
        mongoc_uri_set_option_as_int32(own.get(), MONGOC_URI_CONNECTTIMEOUTMS,
                                       static_cast<std::int32_t>(std::min<std::int64_t>(left, configured > 0 ? configured : INT32_MAX)));
    }
    mongoc_stream_t* inner = mongoc_client_default_stream_initiator(own.get(), host, bounds.client, error);
    if (inner == nullptr) return nullptr;
    return new BoundStream(inner, bounds, *host, std::chrono::milliseconds(configured > 0 ? configured : INT32_MAX));
}

}  // namespace

bool Bounds::closed_by_peer() const noexcept {
    return std::any_of(streams.begin(), streams.end(), [](mongoc_stream_t* stream) { return mongoc_stream_check_closed(stream); });
}

bool streams_can_be_bound() noexcept {
#if MONGOC_CHECK_VERSION(2, 0, 0)
    if (_mongoc_client_set_stream_initiator_single_or_pooled == nullptr) return false;
#endif
    return mongoc_client_default_stream_initiator != nullptr;
}

void warn_of_unbound_streams(bool can_be_bound, LogSink* log) {
    if (can_be_bound || log == nullptr) return;
    log->write({LogLevel::warning, "mongo.open",
                "this build of libmongoc " MONGOC_VERSION_S " hides its stream initiator, so a deadline or stop token does not end a call whose server is stopped or "
                "cut off: socketTimeoutMS and connectTimeoutMS do; the server is not told the deadline of updates and bulk writes, and a second attempt waits up to "
                "3 s for a server whatever the deadline. Set socketTimeoutMS in the URI, or use a libmongoc that exports mongoc_client_default_stream_initiator",
                {}, {}});
}

void bind_streams(mongoc_client_t* client, Bounds& bounds) {
    bounds.client = client;
    if (!streams_can_be_bound()) return;
#if MONGOC_CHECK_VERSION(2, 0, 0)
    _mongoc_client_set_stream_initiator_single_or_pooled(client, connect, &bounds);
#else
    mongoc_client_set_stream_initiator(client, connect, &bounds);
#endif
}

}  // namespace tenon::mongo
