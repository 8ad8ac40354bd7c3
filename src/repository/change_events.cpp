#include <tenon/repository/change_events.hpp>

#include <array>

#include <tenon/repository/database.hpp>
#include <tenon/repository/run.hpp>

#include "repository/caller.hpp"
#include "repository/change_filter.hpp"
#include "repository/watching.hpp"
#include "store/closed.hpp"

namespace tenon {

namespace {

std::string_view text_of(bson::ValueRef value) noexcept { return value.type() == bson::Type::string ? value.as_string() : std::string_view(); }
bson::View       array_of(bson::ValueRef value) noexcept { return value.type() == bson::Type::array ? value.as_view() : bson::View(); }

/// @errors as repository::change_filter.
Result<Watch> watch_of(bson::View filter, WatchOptions& options) {
    Watch op;
    auto  condition = repository::change_filter(filter, options.full_document, options.before_change);
    if (!condition) return fail(std::move(condition).error());
    if (!condition->empty()) op.pipeline.push_back(bson::doc("$match", *condition));
    op.pipeline.insert(op.pipeline.end(), std::make_move_iterator(options.pipeline.begin()), std::make_move_iterator(options.pipeline.end()));
    op.full_document = options.full_document;
    op.before_change = options.before_change;
    op.resume_after  = std::move(options.resume_after);
    op.start_at      = options.start_at;
    op.max_await     = options.max_await;
    return op;
}

}  // namespace

ChangeKind ChangeEvent::kind() const noexcept {
    using Row = std::pair<std::string_view, ChangeKind>;
    static constexpr std::array<Row, 5> rows{Row{"insert", ChangeKind::insert}, Row{"update", ChangeKind::update}, Row{"replace", ChangeKind::replace},
                                             Row{"delete", ChangeKind::remove}, Row{"invalidate", ChangeKind::invalidate}};
    const auto name = operation();
    for (const auto& [word, kind] : rows) {
        if (word == name) return kind;
    }
    return ChangeKind::other;
}

std::string_view ChangeEvent::operation() const noexcept { return text_of(raw_["operationType"]); }
std::string_view ChangeEvent::collection() const noexcept { return text_of(raw_.at_path("ns.coll")); }

std::optional<bson::View> ChangeEvent::document(std::string_view key) const noexcept {
    const auto value = raw_[key];
    if (value.type() != bson::Type::document) return std::nullopt;
    return value.as_view();
}

bson::View ChangeEvent::updated_fields() const noexcept {
    const auto value = raw_.at_path("updateDescription.updatedFields");
    return value.type() == bson::Type::document ? value.as_view() : bson::View();
}

std::vector<std::string_view> ChangeEvent::removed_fields() const {
    std::vector<std::string_view> out;
    for (const auto& one : array_of(raw_.at_path("updateDescription.removedFields"))) out.push_back(text_of(one.value));
    return out;
}

std::vector<ChangeEvent::TruncatedArray> ChangeEvent::truncated_arrays() const {
    std::vector<TruncatedArray> out;
    for (const auto& one : array_of(raw_.at_path("updateDescription.truncatedArrays"))) {
        if (one.value.type() != bson::Type::document) continue;
        const auto cut = one.value.as_view();
        out.push_back({text_of(cut["field"]), cut["newSize"].to_int64().value_or(0)});
    }
    return out;
}

bson::Timestamp ChangeEvent::cluster_time() const noexcept {
    const auto value = raw_["clusterTime"];
    return value.type() == bson::Type::timestamp ? value.as_timestamp() : bson::Timestamp{};
}

bson::Document ChangeEvent::resume_token() const {
    const auto value = raw_["_id"];
    return value.type() == bson::Type::document ? bson::Document(value.as_view()) : bson::Document();
}

ChangeEvents::ChangeEvents(std::unique_ptr<ChangeCursor> cursor, std::string where, std::shared_ptr<detail::Watching> watching)
    : watching_(std::move(watching)), cursor_(std::move(cursor)), where_(std::move(where)) {}
ChangeEvents::ChangeEvents(ChangeEvents&&) noexcept            = default;
ChangeEvents& ChangeEvents::operator=(ChangeEvents&&) noexcept = default;
ChangeEvents::~ChangeEvents()                                  = default;

Result<std::optional<ChangeEvent>> ChangeEvents::next(const Deadline& deadline) {
    const auto&           gate = watching_->database->gate;
    const detail::Running running(gate.get());
    auto                  event = running.refused() ? Result<std::optional<bson::View>>(fail(closed())) : cursor_->next(deadline);
    if (!event) {
        auto error = std::move(event).error();
        if (error.code == Errc::cancelled && gate->is_shut()) error = closed();
        error.where = where_;
        return fail(std::move(error));
    }
    if (!*event) return std::optional<ChangeEvent>{};
    return std::optional<ChangeEvent>(std::in_place, **event);
}

bson::Document ChangeEvents::resume_token() const { return cursor_->resume_token(); }

std::optional<bool> detail::soft_delete_mark(const ChangeEvent& event, const ModelInfo& model) {
    if (!model.soft_delete || event.kind() != ChangeKind::update) return std::nullopt;
    const auto mark = event.updated_fields()[model.soft_delete->field];
    if (mark.missing()) return std::nullopt;
    return mark.type() != bson::Type::null;
}

Result<ChangeEvents> Collection::watch(const bson::Document& filter, WatchOptions options) const {
    const Caller run{*this, "watch"};
    auto         op = watch_of(filter, options);
    if (!op) return run.failed(std::move(op).error());
    auto watching     = std::make_shared<detail::Watching>(database_, std::move(options.call.stop));
    options.call.stop = watching->stop.get_token();
    auto reply        = run(std::move(*op), std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return ChangeEvents(std::move(reply->changes), run.where(), std::move(watching));
}

Result<ChangeEvents> Database::watch(WatchOptions options) const {
    auto op = watch_of({}, options);
    if (!op) return fail(std::move(op).error());
    Request request{.operation = std::move(*op)};
    auto&   call               = options.call;
    auto    watching           = std::make_shared<detail::Watching>(state_, std::move(call.stop));
    request.context.deadline   = call.deadline;
    request.context.stop       = watching->stop.get_token();
    request.context.actor      = std::move(call.actor);
    request.context.visibility = call.visibility;
    if (call.server) request.context.server = std::make_shared<const ServerOptions>(std::move(*call.server));
    auto reply = repository::reply_as<WatchReply>(run(*this, std::move(request)));
    if (!reply) return fail(std::move(reply).error());
    return ChangeEvents(std::move(reply->changes), "watch", std::move(watching));
}

}  // namespace tenon
