#include "mongo/cursor.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "mongo/open_cursors.hpp"
#include "mongo/session.hpp"
#include "store/closed.hpp"

namespace tenon::mongo {

namespace {

// To end a cursor on a server.
constexpr std::chrono::milliseconds kill_time{500};

/// Why the cursor has to end between two documents, if it has to.
std::optional<Error> ended(const Context& context) {
    if (context.stop.stop_requested()) return Error{Errc::cancelled, "the caller asked to stop while reading documents"};
    if (context.deadline.passed()) return Error{Errc::timeout, "the deadline passed while reading documents"};
    return std::nullopt;
}

class StreamCursor final : public Cursor, private Holding {
public:
    StreamCursor(Call& call, CursorPtr cursor, Effect effect)
        : context_(call.context), transaction_(call.transaction), lease_(std::move(call.lease)), causal_(std::move(call.causal)), cursor_(std::move(cursor)),
          effect_(effect), open_cursors_(lease().cursors()) {
        if (!transaction_) call.session = nullptr;  // it ends with the cursor, before the client goes back
        open_cursors_->add(*this);
    }
    ~StreamCursor() override {
        open_cursors_->remove(*this);
        close();
    }

    Result<std::optional<bson::View>> next() override {
        if (primed_) {
            primed_ = false;
            return current_;
        }
        if (error_) return fail(*error_);
        if (!cursor_) return std::optional<bson::View>{};
        if (transaction_ && !transaction_->open) return end({Errc::invalid_argument, "the transaction that the cursor was opened in has ended"});
        if (auto why = ended(context_)) return end(std::move(*why));
        return fetch();
    }

    [[nodiscard]] std::size_t at_hand() const noexcept override { return cursor_ && passed_ > 0 ? left_ * passed_ / passed_bytes_ : 0; }

    [[nodiscard]] Result<void> prime() {
        auto first = fetch();
        if (!first) return fail(std::move(first.error()));
        current_ = *first;
        primed_  = true;
        return {};
    }

private:
    [[nodiscard]] const Lease& lease() const noexcept { return transaction_ ? transaction_->lease : lease_; }
    void let_go(const Deadline& deadline) noexcept override {
        if (!cursor_) return;
        close(earlier(deadline, Deadline::after(kill_time)));
        primed_ = false;
        error_  = closed();
    }
    Result<std::optional<bson::View>> fetch() {
        const bson_t* document = nullptr;
        // Of a transaction's client the last call may have been another one's.
        if (transaction_) lease().bind(context_.deadline, context_.stop);
        if (mongoc_cursor_next(cursor_.get(), &document)) {
            auto view = received(*document);
            if (!view) return end(std::move(view.error()));
            passes(document->len);
            return std::optional<bson::View>(*view);
        }
        bson_error_t  said{};
        const bson_t* reply = nullptr;
        if (mongoc_cursor_error_document(cursor_.get(), &said, &reply)) {
            auto error = to_error(said, reply, effect_, context_);
            note_failure(transaction_.get(), error);
            return end(std::move(error));
        }
        close();
        return std::optional<bson::View>{};
    }
    /// Keeps account of what is left of the reply: a document of `size` and its place in the batch were read.
    void passes(std::size_t size) noexcept {
        const auto replies = lease().replies();
        if (std::exchange(reply_, replies) != replies) left_ = lease().reply_bytes();
        constexpr std::size_t place = 8;
        left_ -= std::min(left_, size + place);
        passed_bytes_ += size + place;
        ++passed_;
    }
    tl::unexpected<Error> end(Error error) {
        close();
        error_ = std::move(error);
        return fail(*error_);
    }
    // At the end the client goes back at once, not when the caller drops the cursor. What the server still holds is killed in a time of its own,
    // since the call's may be what ended the cursor.
    void close(const Deadline& until = Deadline::after(kill_time)) noexcept {
        if (cursor_) lease().bind(until, {});
        cursor_.reset();
        causal_.reset();
        lease_ = Lease();
        transaction_.reset();  // holds the client, and its session, that the cursor was opened with
    }

    Context                           context_;
    std::shared_ptr<TransactionState> transaction_;
    Lease                             lease_;
    std::shared_ptr<CausalUse>        causal_;
    CursorPtr                         cursor_;
    Effect                            effect_;
    std::shared_ptr<OpenCursors>      open_cursors_;
    std::optional<bson::View>         current_{};
    bool                              primed_ = false;
    std::uint64_t                     reply_  = 0;  // the one that is being read, by its number on the connection
    std::size_t                       left_   = 0;  // bytes of it
    std::size_t                       passed_ = 0;  // documents so far
    std::size_t                       passed_bytes_ = 0;
    std::optional<Error>              error_{};
};

class BatchCursor final : public Cursor {
public:
    BatchCursor(std::unique_ptr<Bson> reply, const bson_iter_t& batch, const Context& context)
        : context_(context), reply_(std::move(reply)), batch_(batch) {}

    Result<std::optional<bson::View>> next() override {
        if (error_) return fail(*error_);
        if (!reply_) return std::optional<bson::View>{};
        if (auto why = ended(context_)) return end(std::move(*why));
        if (!bson_iter_next(&batch_)) {
            reply_.reset();
            return std::optional<bson::View>{};
        }
        const std::uint8_t* bytes  = nullptr;
        std::uint32_t       length = 0;
        bson_t              document;
        if (BSON_ITER_HOLDS_DOCUMENT(&batch_)) bson_iter_document(&batch_, &length, &bytes);
        if (bytes == nullptr || !bson_init_static(&document, bytes, length)) return end({Errc::corrupt, "the server sent bytes that are no BSON"});
        auto view = received(document);
        if (!view) return end(std::move(view.error()));
        return std::optional<bson::View>(*view);
    }

private:
    tl::unexpected<Error> end(Error error) {
        reply_.reset();
        error_ = std::move(error);
        return fail(*error_);
    }

    Context               context_;
    std::unique_ptr<Bson> reply_;
    bson_iter_t           batch_;
    std::optional<Error>  error_{};
};

}  // namespace

Result<std::unique_ptr<Cursor>> stream_cursor(Call& call, CursorPtr cursor, Effect effect) {
    auto made = std::make_unique<StreamCursor>(call, std::move(cursor), effect);
    if (auto primed = made->prime(); !primed) return fail(std::move(primed.error()));
    return std::unique_ptr<Cursor>(std::move(made));
}

Result<std::unique_ptr<Cursor>> batch_cursor(std::unique_ptr<Bson> reply, const Context& context) {
    bson_iter_t cursor;
    bson_iter_t batch;
    bson_iter_t documents;
    if (!bson_iter_init(&cursor, reply->get()) || !bson_iter_find_descendant(&cursor, "cursor.firstBatch", &batch) ||
        !BSON_ITER_HOLDS_ARRAY(&batch) || !bson_iter_recurse(&batch, &documents)) {
        return fail(Errc::network, "the server's reply has no cursor");
    }
    return std::unique_ptr<Cursor>(std::make_unique<BatchCursor>(std::move(reply), documents, context));
}

}  // namespace tenon::mongo
