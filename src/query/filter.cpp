#include <tenon/query/filter.hpp>

#include <algorithm>
#include <array>

#include <tenon/bson/json.hpp>

#include "query/shared.hpp"

namespace tenon::query {

namespace detail {

bool is_logical(std::string_view key) {
    static constexpr std::array<std::string_view, 9> keys{"$and",     "$or",    "$nor",  "$expr",   "$where",
                                                          "$comment", "$text", "$jsonSchema", "$sampleRate"};
    return std::ranges::find(keys, key) != keys.end();
}

bool is_element_condition(bson::View filter) {
    const auto first = filter.begin();
    return first != filter.end() && first->key.starts_with('$') && !is_logical(first->key);
}

bool is_only(bson::View filter, std::string_view op) {
    auto at = filter.begin();
    if (at == filter.end() || at->key != op || at->value.type() != bson::Type::array) return false;
    return ++at == filter.end();
}

}  // namespace detail

namespace {

bool share_a_key(bson::View a, bson::View b) {
    return std::ranges::any_of(a, [&](const bson::Element& element) { return !b[element.key].missing(); });
}

// The filters of `{op: [...]}` are joined into the list that is being built, so that a && b && c is one list.
void push_joined(bson::Builder& builder, bson::View filter, std::string_view op) {
    if (!detail::is_only(filter, op)) {
        builder.push(filter);
        return;
    }
    for (const auto& element : filter[op].as_view()) builder.push(element.value);
}

FilterBase joined(std::string_view op, bson::View a, bson::View b) {
    bson::Builder builder;
    builder.open_array(op);
    push_joined(builder, a, op);
    push_joined(builder, b, op);
    builder.close();
    return detail::built<FilterBase>(builder);
}

const Error* first_error(const Clause& a, const Clause& b) { return a.error() != nullptr ? a.error() : b.error(); }

}  // namespace

FilterBase FilterBase::parse(std::string_view json) {
    auto document = bson::from_json(json);
    if (!document) return FilterBase(std::move(document.error()));
    return FilterBase(std::move(*document));
}

FilterBase FilterBase::both(FilterBase a, const FilterBase& b) {
    a.keep_error(b);
    if (a.error() != nullptr || b.empty()) return a;
    if (a.empty()) return b;
    const bool listed = detail::is_only(a.document(), "$and") || detail::is_only(b.document(), "$and");
    if (!listed && !share_a_key(a.document(), b.document())) {
        bson::Builder builder;
        return detail::built<FilterBase>(builder.append_all(a.document()).append_all(b.document()));
    }
    if (detail::is_element_condition(a.document())) {
        return FilterBase(detail::mistake_at("", "one operator twice on an array's element; join its conditions into one"));
    }
    return joined("$and", a.document(), b.document());
}

FilterBase FilterBase::either(const FilterBase& a, const FilterBase& b) {
    if (const Error* error = first_error(a, b)) return FilterBase(*error);
    if (detail::is_element_condition(a.document()) || detail::is_element_condition(b.document())) {
        return FilterBase(detail::mistake_at("", "conditions on an array's element join by && only; write || between two elem_match"));
    }
    return joined("$or", a.document(), b.document());
}

FilterBase FilterBase::list(std::string_view op, std::span<const FilterBase> each) {
    for (const FilterBase& filter : each) {
        if (filter.error() != nullptr) return filter;
    }
    if (each.empty()) return FilterBase(detail::mistake_at("", std::string(op) + " takes at least one filter"));
    const bool element = std::ranges::any_of(each, [](const FilterBase& f) { return detail::is_element_condition(f.document()); });
    if (element && op == "$nor" && each.size() == 1) return negated_condition(each.front());
    if (element) {
        return FilterBase(detail::mistake_at("", std::string(op) + " does not take conditions on an array's element; join them by &&"));
    }
    bson::Builder builder;
    builder.open_array(op);
    for (const FilterBase& filter : each) builder.push(filter.document());
    return detail::built<FilterBase>(builder.close());
}

FilterBase FilterBase::negated_condition(const FilterBase& condition) {
    if (condition.error() != nullptr) return condition;
    bson::Builder builder;
    if (detail::is_element_condition(condition.document())) {
        return detail::built<FilterBase>(builder.append("$not", condition.document()));
    }
    const auto only = condition.document().begin();
    if (only == condition.document().end() || detail::is_logical(only->key) || condition.document().view().count() != 1) {
        return FilterBase(detail::mistake_at("", "not_ takes a condition on one field; `!` negates any filter"));
    }
    builder.open_document(only->key);
    // {$eq: /re/} asks for the stored expression itself, {$not: /re/} for text that it does not match.
    if (detail::is_operators(only->value) || only->value.type() == bson::Type::regex) {
        builder.append("$not", only->value);
    } else {
        builder.open_document("$not").append("$eq", only->value).close();
    }
    return detail::built<FilterBase>(builder.close());
}

FilterBase FilterBase::expression(const bson::Document& expression) {
    bson::Builder builder;
    return detail::built<FilterBase>(builder.append("$expr", expression));
}

FilterBase FilterBase::expression_json(std::string_view json) {
    auto value = bson::value_from_json(json);
    if (!value) return FilterBase(std::move(value.error()));
    bson::Builder builder;
    return detail::built<FilterBase>(builder.append("$expr", value->ref()));
}

}  // namespace tenon::query
