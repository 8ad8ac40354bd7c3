#include <tenon/store/operation.hpp>

#include <array>

#include <tenon/store/store.hpp>

namespace tenon {

namespace {

struct Verb {
    std::string_view name{};
    bool             write = false;
};

// In the order of the variant's alternatives. A new verb makes the array too short: the assertion below says so.
constexpr std::array verbs{
    Verb{"find", false},
    Verb{"insert", true},
    Verb{"update", true},
    Verb{"replace", true},
    Verb{"delete", true},
    Verb{"restore", true},
    Verb{"find_and_modify", true},
    Verb{"count", false},
    Verb{"estimated_count", false},
    Verb{"distinct", false},
    Verb{"aggregate", false},
    Verb{"bulk_write", true},
    Verb{"explain", false},
    Verb{"create_indexes", true},
    Verb{"list_indexes", false},
    Verb{"drop_indexes", true},
    Verb{"hide_index", true},
    Verb{"create_collection", true},
    Verb{"drop_collection", true},
    Verb{"list_collections", false},
    Verb{"watch", false},
    Verb{"command", true},
    Verb{"shard_collection", true},
};

using Alternatives = Operation::variant;
static_assert(verbs.size() == std::variant_size_v<Alternatives>, "name the new verb");
static_assert(std::is_same_v<std::variant_alternative_t<0, Alternatives>, Find>);
static_assert(std::is_same_v<std::variant_alternative_t<6, Alternatives>, FindAndModify>);
static_assert(std::is_same_v<std::variant_alternative_t<11, Alternatives>, BulkWrite>);
static_assert(std::is_same_v<std::variant_alternative_t<13, Alternatives>, CreateIndexes>);
static_assert(std::is_same_v<std::variant_alternative_t<19, Alternatives>, ListCollections>);
static_assert(std::is_same_v<std::variant_alternative_t<21, Alternatives>, Command>);

/// A pipeline that ends in $out or $merge writes its result into a collection.
bool writes_its_result(const Aggregate& aggregate) noexcept {
    if (aggregate.pipeline.empty()) return false;
    const auto& last = aggregate.pipeline.back();
    return !last.empty() && (last.begin()->key == "$out" || last.begin()->key == "$merge");
}

}  // namespace

std::string_view verb(const Operation& operation) noexcept {
    const auto index = operation.index();
    return index < verbs.size() ? verbs[index].name : std::string_view("none");
}

bool is_write(const Operation& operation) noexcept {
    if (const auto* aggregate = std::get_if<Aggregate>(&operation)) return writes_its_result(*aggregate);
    const auto index = operation.index();
    return index < verbs.size() && verbs[index].write;
}

std::string where(const Request& request) {
    const auto name = verb(request.operation);
    if (request.collection.empty()) return std::string(name);
    std::string text;
    text.reserve(request.collection.size() + 1 + name.size());
    text += request.collection;
    text += '.';
    text += name;
    return text;
}

std::string IndexSpec::effective_name() const {
    if (!name.empty()) return name;
    std::string text;
    for (const auto& [key, value] : keys) {
        if (!text.empty()) text += '_';
        text += key;
        text += '_';
        // MongoDB prints 1.0 as 1 too, and a kind ("text") as it stands.
        if (value.type() == bson::Type::string) text += value.as_string();
        else if (const auto number = value.to_int64()) text += std::to_string(*number);
    }
    return text;
}

}  // namespace tenon
