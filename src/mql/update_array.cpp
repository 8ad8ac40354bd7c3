// $push, $pop, $pull, $pullAll and $addToSet on an array.

#include <algorithm>
#include <set>

#include <tenon/bson/compare.hpp>

#include "mql/update_value.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

std::vector<MutableNode*> elements_of(MutableDocument& document, MutableNode& array) {
    document.open(array);
    std::vector<MutableNode*> out;
    for (MutableNode* at = array.first; at != nullptr; at = at->next) out.push_back(at);
    return out;
}

// A path of $sort: a field of that very name first, else down at its first dot.
ValueRef field_at(bson::View document, std::string_view path) {
    if (const ValueRef whole = document[path]) return whole;
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return {};
    const ValueRef below = document[path.substr(0, dot)];
    return below.type() == Type::document || below.type() == Type::array ? field_at(below.as_view(), path.substr(dot + 1)) : ValueRef();
}

// The values an element sorts by, null for a field it does not have; one that is no document has no fields.
std::vector<ValueRef> sort_key(ValueRef element, const PushOptions& push) {
    static constexpr ValueRef null(Type::null, nullptr, 0);
    std::vector<ValueRef>     key;
    for (const auto& part : push.sort_parts) {
        const ValueRef value = element.type() == Type::document ? field_at(element.as_view(), part.path) : ValueRef();
        key.push_back(value.missing() ? null : value);
    }
    return key;
}

void sort_elements(MutableDocument& document, MutableNode& array, const PushOptions& push) {
    struct Item {
        MutableNode*          node;
        std::vector<ValueRef> key;
        std::size_t           place;  // equal elements keep their order
    };
    std::vector<Item> items;
    for (MutableNode* node : elements_of(document, array)) {
        const ValueRef value = document.value(*node);
        items.push_back({node, push.sort_whole != 0 ? std::vector<ValueRef>{value} : sort_key(value, push), items.size()});
    }
    const auto before = [&](const Item& a, const Item& b) {
        for (std::size_t i = 0; i < a.key.size(); ++i) {
            const int order = bson::compare(a.key[i], b.key[i]);
            if (order != 0) return (push.sort_whole != 0 ? push.sort_whole : push.sort_parts[i].direction) * order < 0;
        }
        return a.place < b.place;
    };
    std::sort(items.begin(), items.end(), before);
    std::vector<MutableNode*> order;
    order.reserve(items.size());
    for (const auto& item : items) order.push_back(item.node);
    document.relink(array, order);
}

// The element that new ones go before; null for the end.
MutableNode* insertion_point(MutableDocument& document, MutableNode& array, std::optional<std::int64_t> position) {
    if (!position) return nullptr;
    const auto count = static_cast<std::int64_t>(document.count(array));
    const std::int64_t index = *position >= 0 ? *position : std::max<std::int64_t>(count + *position, 0);
    return document.child(array, static_cast<std::size_t>(index));
}

bool push(MutableDocument& document, MutableNode& array, const Modifier& modifier) {
    bool         changed = !modifier.values.empty();
    MutableNode* before  = insertion_point(document, array, modifier.push.position);
    for (const auto& value : modifier.values) document.insert(array, before, document.make({}, value));
    if (modifier.push.sort_whole != 0 || !modifier.push.sort_parts.empty()) {
        sort_elements(document, array, modifier.push);
        changed = changed || document.count(array) > 0;  // MongoDB calls any sort a change, but of nothing
    }
    if (modifier.push.slice) {
        const std::int64_t slice = *modifier.push.slice;
        const auto         keep  = slice >= 0 ? static_cast<std::uint64_t>(slice) : 0 - static_cast<std::uint64_t>(slice);
        for (std::uint64_t count = document.count(array); count > keep; --count) {
            document.remove(slice >= 0 ? *array.last : *array.first);
            changed = true;
        }
    }
    return changed;
}

bool pop(MutableDocument& document, MutableNode& array, bool from_front) {
    document.open(array);
    if (array.first == nullptr) return false;
    document.remove(from_front ? *array.first : *array.last);
    return true;
}

Result<bool> is_pulled(const Modifier& modifier, ValueRef element) {
    if (!modifier.condition) return bson::equal(element, modifier.argument);
    if (!modifier.condition_on_documents) return modifier.condition->matches_value(element);
    if (element.type() != Type::document) return false;
    return modifier.condition->matches(element.as_view());
}

Result<bool> pull(MutableDocument& document, MutableNode& array, const Modifier& modifier) {
    bool changed = false;
    for (MutableNode* node : elements_of(document, array)) {
        const auto pulled = is_pulled(modifier, document.value(*node));
        if (!pulled) return pulled;
        if (!*pulled) continue;
        document.remove(*node);
        changed = true;
    }
    return changed;
}

struct Below {
    bool operator()(ValueRef a, ValueRef b) const noexcept { return bson::compare(a, b) < 0; }
};

bool pull_all(MutableDocument& document, MutableNode& array, const Modifier& modifier) {
    const std::set<ValueRef, Below> values(modifier.values.begin(), modifier.values.end());
    bool                            changed = false;
    for (MutableNode* node : elements_of(document, array)) {
        if (!values.contains(document.value(*node))) continue;
        document.remove(*node);
        changed = true;
    }
    return changed;
}

bool add_to_set(MutableDocument& document, MutableNode& array, const Modifier& modifier) {
    std::set<ValueRef, Below> missing(modifier.values.begin(), modifier.values.end());
    for (MutableNode* node : elements_of(document, array)) {
        if (missing.empty()) return false;
        missing.erase(document.value(*node));
    }
    for (const auto& value : modifier.values) {
        if (missing.contains(value)) document.append(array, document.make({}, value));
    }
    return !missing.empty();
}

}  // namespace

Result<bool> modify_array(MutableDocument& document, MutableNode& array, const Modifier& modifier) {
    switch (modifier.op) {
        case UpdateOperator::push: return push(document, array, modifier);
        case UpdateOperator::pop: return pop(document, array, modifier.from_front);
        case UpdateOperator::pull: return pull(document, array, modifier);
        case UpdateOperator::pull_all: return pull_all(document, array, modifier);
        default: return add_to_set(document, array, modifier);
    }
}

}  // namespace tenon::mql
