#include "sqlite/sorter.hpp"

#include <algorithm>

#include "sqlite/error.hpp"

namespace tenon::sqlite {

void Sorter::start(const mql::Sort& sort, std::uint64_t keep) {
    clear();
    sort_ = &sort;
    keep_ = keep;
}

void Sorter::clear() {
    entries_.clear();
    count_ = 0;
    bytes_ = 0;
    at_    = 0;
}

bool Sorter::before(const Entry& a, const Entry& b) const noexcept {
    const int order = sort_->compare(a.key, b.key);
    return order != 0 ? order < 0 : a.order < b.order;
}

Result<void> Sorter::add(std::int64_t row, bson::View document) {
    const auto less = [this](const Entry& a, const Entry& b) { return before(a, b); };
    const bool full = keep_ != 0 && entries_.size() == keep_;
    if (full) {
        // The key of the view decides first: most documents past a full heap are never copied. An equal key came later, so it stays behind.
        auto probe = sort_->key(document);
        if (!probe) return fail(std::move(probe.error()));
        if (sort_->compare(*probe, entries_.front().key) >= 0) return {};
    }
    Entry entry;
    entry.row      = row;
    entry.order    = count_++;
    entry.document = bson::Document(document);
    auto key       = sort_->key(entry.document);
    if (!key) return fail(std::move(key.error()));
    entry.key = std::move(*key);
    if (full) {
        std::pop_heap(entries_.begin(), entries_.end(), less);
        bytes_ -= entries_.back().document.size();
        entries_.pop_back();
    }
    bytes_ += entry.document.size();
    if (bytes_ > sort_memory) {
        return fail(coded(Errc::invalid_argument, code::memory_limit, "QueryExceededMemoryLimitNoDiskUseAllowed",
                          "the sort needs more than 100 MiB of memory; add an index that gives the order, or a limit"));
    }
    entries_.push_back(std::move(entry));
    if (keep_ != 0) std::push_heap(entries_.begin(), entries_.end(), less);
    return {};
}

void Sorter::finish() {
    at_ = 0;
    std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) { return before(a, b); });
}

const Sorter::Entry* Sorter::next() { return at_ < entries_.size() ? &entries_[at_++] : nullptr; }

}  // namespace tenon::sqlite
