#include "mql/index_keys.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <numeric>
#include <utility>

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;
using bson::View;

namespace {

constexpr int ambiguous_field = 16746;

constexpr ValueRef null_value{Type::null, nullptr, 0};
constexpr ValueRef undefined_value{Type::undefined, nullptr, 0};

// Takes parts of the path until its end, an array, or nothing; `next` is then the first part not taken.
ValueRef extract(View document, const FieldPath& path, std::uint32_t& next) noexcept {
    for (;;) {
        const ValueRef value = document[path[next]];
        ++next;
        if (value.missing() || value.type() == Type::array || next == path.size()) return value;
        if (value.type() != Type::document) return {};
        document = value.as_view();
    }
}

// Values that are equal here are one key in an index whatever their types.
int compare_keys(IndexKey a, IndexKey b) noexcept {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (const int order = bson::compare(a[i], b[i]); order != 0) return order;
    }
    return 0;
}

}  // namespace

// MongoDB's algorithm: walk all paths to their end or to the first array. One array may be met, by any number of paths;
// then each element takes its place and the walk goes on from there.
class KeyGenerator {
public:
    KeyGenerator(const KeyPattern& pattern, IndexKeys& out) noexcept : pattern_(pattern), out_(out), count_(pattern.parts.size()) {}

    Result<void> run(View document) {
        out_.values_.clear();
        out_.stride_      = count_;
        out_.count_       = 0;
        out_.multikey_    = 0;
        out_.all_missing_ = true;
        if (key_without_arrays(document, pattern_, out_.values_)) {
            out_.all_missing_ = std::ranges::all_of(out_.values_, [](ValueRef value) { return value.bytes().data() == nullptr; });
            if (out_.all_missing_ && pattern_.sparse) out_.values_.clear();
            out_.count_ = out_.values_.empty() ? 0 : 1;
            return {};
        }
        if (auto expanded = expand(State(), document, nullptr); !expanded) {
            out_.values_.clear();
            return expanded;
        }
        out_.count_ = out_.values_.size() / count_;
        if (out_.count_ > 1) sort_and_dedup();
        return {};
    }

private:
    struct Part {
        std::uint32_t next = 0;   // the first part of the path not yet taken
        ValueRef      value{};    // once next is at the end
    };
    struct State {
        std::array<Part, max_key_parts> parts;
        std::uint32_t                   missing = 0;

        State() = default;
        State(const State& from, std::size_t count) noexcept : missing(from.missing) {  // the parts in use alone
            std::copy_n(from.parts.begin(), count, parts.begin());
        }
    };
    // What a number in the path finds in the array that is being expanded: the same for all elements of it.
    struct ByIndex {
        ValueRef      element{};
        ValueRef      value{};
        std::uint32_t next = 0;
    };
    using ByIndexes = std::array<ByIndex, max_key_parts>;
    using PartSet   = std::bitset<max_key_parts>;

    [[nodiscard]] const FieldPath& path(std::size_t part) const noexcept { return pattern_.parts[part].path; }
    [[nodiscard]] bool done(const State& state, std::size_t part) const noexcept {
        return state.parts[part].next == path(part).size();
    }

    Result<void> expand(const State& from, View object, const ByIndexes* by_index) {
        State      state(from, count_);
        ValueRef   array;
        PartSet    through;
        bool       nested = false;
        for (std::size_t i = 0; i < count_; ++i) {
            if (done(state, i)) continue;
            Part&          part  = state.parts[i];
            const ByIndex* index = by_index == nullptr || (*by_index)[i].element.missing() ? nullptr : &(*by_index)[i];
            ValueRef       value;
            if (!object[path(i)[part.next]].missing()) {
                if (index != nullptr) {
                    return mql_error(ambiguous_field, "Ambiguous field name found in array (do not use numeric field names "
                                                      "in embedded elements in an array)", path(i).text());
                }
                value = extract(object, path(i), part.next);
            } else if (index != nullptr) {
                nested    = nested || index->element.type() == Type::array;
                value     = index->value;
                part.next = index->next;
            }
            if (value.type() == Type::array) {
                if (!array.missing() && array.bytes().data() != value.bytes().data()) {
                    return mql_error(code::cannot_index_parallel_arrays, "cannot index parallel arrays", path(i).text());
                }
                array = value;
                through.set(i);
                out_.multikey_ |= 1U << i;
            } else if (value.missing()) {
                part.value = null_value;
                part.next  = static_cast<std::uint32_t>(path(i).size());
                ++state.missing;
            } else {
                part.value = value;
            }
        }
        if (array.missing()) {
            add(state);
            return {};
        }
        return each_element(state, array, through, nested);
    }

    Result<void> each_element(const State& state, ValueRef array, const PartSet& through, bool nested) {
        const View elements = array.as_view();
        ByIndexes  by_index;
        bool       any_by_index = false;
        bool       all_done     = true;
        for (std::size_t i = 0; i < count_; ++i) {
            if (done(state, i)) continue;
            all_done = false;
            std::uint32_t next    = state.parts[i].next;
            by_index[i].element   = is_all_digits(path(i)[next]) ? elements[path(i)[next]] : ValueRef();
            if (by_index[i].element.missing()) continue;
            by_index[i].value = extract(elements, path(i), next);
            by_index[i].next  = next;
            any_by_index      = true;
        }
        State      each(state, count_);
        const auto one = [&](ValueRef element, ValueRef at_end, const ByIndexes* found) -> Result<void> {
            for (std::size_t i = 0; i < count_; ++i) {
                if (through.test(i) && done(state, i)) each.parts[i].value = at_end;
            }
            if (all_done) {
                add(each);
                return {};
            }
            return expand(each, element.type() == Type::document ? element.as_view() : View(), found);
        };
        if (elements.empty()) return one(undefined_value, undefined_value, nullptr);
        for (const auto& element : elements) {
            // An array that a number in the path named is a value of its own: its elements get no keys.
            auto added = one(element.value, nested ? array : element.value, any_by_index ? &by_index : nullptr);
            if (!added) return added;
        }
        return {};
    }

    void add(const State& state) {
        if (state.missing < count_) {
            out_.all_missing_ = false;
        } else if (pattern_.sparse) {
            return;
        }
        for (std::size_t i = 0; i < count_; ++i) out_.values_.push_back(state.parts[i].value);
    }

    void sort_and_dedup() {
        auto& order = out_.order_;
        order.resize(out_.count_);
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return compare_keys(out_[a], out_[b]) < 0; });
        const auto repeats =
            std::ranges::unique(order, [&](std::uint32_t a, std::uint32_t b) { return compare_keys(out_[a], out_[b]) == 0; });
        order.erase(repeats.begin(), repeats.end());
        out_.sorted_.clear();
        for (const std::uint32_t key : order) {
            const IndexKey values = out_[key];
            out_.sorted_.insert(out_.sorted_.end(), values.begin(), values.end());
        }
        out_.values_.swap(out_.sorted_);
        out_.count_ = order.size();
    }

    const KeyPattern& pattern_;
    IndexKeys&        out_;
    std::size_t       count_;
};

bool key_without_arrays(View document, const KeyPattern& pattern, std::vector<ValueRef>& out) {
    out.clear();
    for (const KeyPart& part : pattern.parts) {
        std::uint32_t  next  = 0;
        const ValueRef value = extract(document, part.path, next);
        if (value.type() == Type::array) {
            out.clear();
            return false;
        }
        out.push_back(value.missing() ? null_value : value);
    }
    return true;
}

Result<void> index_keys(View document, const KeyPattern& pattern, IndexKeys& out) {
    return KeyGenerator(pattern, out).run(document);
}

}  // namespace tenon::mql
