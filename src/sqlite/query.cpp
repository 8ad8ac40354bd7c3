#include "sqlite/query.hpp"

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"

namespace tenon::sqlite {

bool is_one_id(bson::View filter) noexcept {
    if (filter.count() != 1 || filter.begin()->key != "_id") return false;
    const auto id = filter.begin()->value;
    switch (id.type()) {
        case bson::Type::null:
        case bson::Type::undefined:
        case bson::Type::array:
        case bson::Type::regex:
        case bson::Type::symbol:
        case bson::Type::db_pointer: return false;
        case bson::Type::document: return id.as_view().empty() || !id.as_view().begin()->key.starts_with('$');
        default: return true;
    }
}

Result<Query> Query::prepare(Connection& connection, const CollectionInfo* collection, const QuerySpec& spec) {
    if (spec.skip < 0) return mql::mql_error(mql::code::bad_value, "skip must not be negative", "skip");
    if (spec.limit < 0) return mql::mql_error(mql::code::bad_value, "limit must not be negative", "limit");
    auto filter = mql::Filter::parse(spec.filter);
    if (!filter) return fail(std::move(filter.error()));
    auto sort = mql::Sort::parse(spec.sort);
    if (!sort) return fail(std::move(sort.error()));
    // Of one document there is no order, nor a fault of its sort key: MongoDB makes none.
    if (spec.skip == 0 && spec.hint.empty() && is_one_id(spec.filter)) sort = mql::Sort::parse(bson::View());
    Query query(std::move(*filter), std::move(*sort));
    query.skip_ = spec.skip;
    query.left_ = spec.limit == 0 ? -1 : spec.limit;
    if (collection == nullptr) return query;
    PlanRequest request;
    request.collection = collection;
    request.filter     = &query.filter_.root();
    request.sort       = &query.sort_;
    request.hint       = spec.hint;
    request.limited    = spec.limit != 0;
    auto plan          = make_plan(request);
    if (!plan) return fail(std::move(plan.error()));
    query.in_memory_ = plan->sorted_parts < query.sort_.pattern().parts.size();
    query.grouped_   = query.in_memory_ && plan->sorted_parts > 0;
    query.scan_.emplace(connection, *collection, std::move(*plan));
    return query;
}

std::string_view Query::sorted_by() const noexcept {
    if (sort_.empty()) return "none";
    if (!in_memory_) return "index";
    return grouped_ ? "index, then memory" : "memory";
}

Result<bool> Query::next_match(Scan& scan) {
    for (;;) {
        auto moved = scan.next();
        if (!moved || !*moved || scan.plan().exact) return moved;
        auto matched = filter_.matches(scan.document());
        if (!matched || *matched) return matched;
    }
}

// Whether the scan's document is equal to those in the sorter in the parts that the index has ordered.
Result<bool> Query::in_group(const Scan& scan) {
    auto key = sort_.key(scan.document());
    if (!key) return fail(std::move(key.error()));
    const auto& group = sorter_.any().key;
    for (std::size_t i = 0; i < scan.plan().sorted_parts; ++i) {
        if (!bson::equal(key->values[i], group.values[i])) return false;
    }
    return true;
}

// Fills the sorter with all that match, or with the next run of documents that are equal in the parts the index has ordered.
Result<std::optional<Match>> Query::next_sorted(Scan& scan) {
    for (;;) {
        if (const auto* entry = sorter_.next(); entry != nullptr) return Match{entry->row, entry->document.view()};
        if (ended_) return std::optional<Match>{};
        const auto wanted = left_ < 0 ? 0 : static_cast<std::uint64_t>(left_) + static_cast<std::uint64_t>(skip_);
        sorter_.start(sort_, wanted);
        for (;;) {
            if (!pending_) {
                auto found = next_match(scan);
                if (!found) return fail(std::move(found.error()));
                if (!*found) {
                    ended_ = true;
                    break;
                }
                if (grouped_ && !sorter_.empty()) {
                    auto same = in_group(scan);
                    if (!same) return fail(std::move(same.error()));
                    if (!*same) {
                        pending_ = true;
                        break;
                    }
                }
            }
            pending_ = false;
            if (auto added = sorter_.add(scan.row(), scan.document()); !added) return fail(std::move(added.error()));
        }
        sorter_.finish();
    }
}

Result<std::optional<Match>> Query::next() {
    for (;;) {
        if (left_ == 0 || !scan_) return std::optional<Match>{};
        std::optional<Match> match;
        if (in_memory_) {
            auto sorted = next_sorted(*scan_);
            if (!sorted) return sorted;
            match = *sorted;
        } else if (!ended_) {
            auto found = next_match(*scan_);
            if (!found) return fail(std::move(found.error()));
            if (*found) match = Match{scan_->row(), scan_->document()};
            else ended_ = true;
        }
        if (!match) return match;
        if (skip_ > 0) {
            --skip_;
            continue;
        }
        if (left_ > 0) --left_;
        return match;
    }
}

}  // namespace tenon::sqlite
