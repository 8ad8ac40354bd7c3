// Updates of arrays: $push, $addToSet, $pull, and the filters that $[name] goes by.

#include <tenon/query/update.hpp>

#include "query/condition.hpp"

namespace tenon::query {

namespace {

// The filter of an element as MongoDB wants it in arrayFilters: each path behind the element's name.
void append_named(bson::Builder& builder, std::string_view name, bson::View filter, std::optional<Error>& mistake) {
    if (detail::is_element_condition(filter) || filter.empty()) {
        builder.open_document(name);
        if (filter.empty()) {
            builder.append("$exists", true);
        } else {
            builder.append_all(filter);
        }
        builder.close();
        return;
    }
    for (const auto& element : filter) {
        if (!element.key.starts_with('$')) {
            builder.append(std::string(name) + "." + std::string(element.key), element.value);
        } else if (element.value.type() == bson::Type::array) {
            builder.open_array(element.key);
            for (const auto& inner : element.value.as_view()) {
                if (inner.value.type() != bson::Type::document) continue;
                builder.push_document();
                append_named(builder, name, inner.value.as_view(), mistake);
                builder.close();
            }
            builder.close();
        } else if (!mistake) {
            mistake = detail::mistake_at(name, "an array filter does not take " + std::string(element.key));
        }
    }
}

}  // namespace

UpdateBase UpdateBase::each(std::string_view op, const PathRef& path, std::span<const Operand> values) {
    if (path.error) return UpdateBase(*path.error);
    bson::Builder builder;
    builder.open_document(op).open_document(path.text).open_array("$each");
    for (const Operand& value : values) {
        if (value.error() != nullptr) return UpdateBase(detail::operand_error(*value.error(), path.text));
        builder.push(value.value().ref());
    }
    return detail::built<UpdateBase>(builder.close().close().close());
}

UpdateBase UpdateBase::with_push(const PathRef& path, std::optional<std::int64_t> position, std::optional<std::int64_t> slice,
                                 const Clause* sort, int order) && {
    if (error() != nullptr) return std::move(*this);
    if (sort != nullptr && sort->error() != nullptr) return UpdateBase(*sort->error());
    if (order < -1 || order > 1) return UpdateBase(detail::mistake_at(path.text, "a push's order is 1 or -1"));
    if (sort != nullptr && order != 0) {
        return UpdateBase(detail::mistake_at(path.text, "a push has a sort (of structs) or an order (of values), not both"));
    }
    bson::Builder builder;
    builder.open_document("$push").open_document(path.text);
    builder.append_all(document()["$push"].as_view()[path.text].as_view());
    if (slice) builder.append("$slice", *slice);
    if (sort != nullptr) builder.append("$sort", sort->document());
    if (order != 0) builder.append("$sort", std::int32_t{order});
    if (position) builder.append("$position", *position);
    return detail::built<UpdateBase>(builder.close().close());
}

UpdateBase UpdateBase::pull_values(const PathRef& path, std::span<const Operand> values) {
    // $pullAll, also of one value: $pull would read a document as a filter.
    if (path.error) return UpdateBase(*path.error);
    bson::Builder builder;
    builder.open_document("$pullAll").open_array(path.text);
    for (const Operand& value : values) {
        if (value.error() != nullptr) return UpdateBase(detail::operand_error(*value.error(), path.text));
        builder.push(value.value().ref());
    }
    return detail::built<UpdateBase>(builder.close().close());
}

UpdateBase UpdateBase::pull_matching(const PathRef& path, const FilterBase& filter) {
    if (filter.error() != nullptr && !path.error) return UpdateBase(*filter.error());
    return one("$pull", path, Operand(bson::Value(filter.document())));
}

UpdateBase UpdateBase::array_filter(std::string_view name, const FilterBase& filter) {
    if (filter.error() != nullptr) return UpdateBase(*filter.error());
    if (const auto mistake = detail::check_identifier(name, name)) return UpdateBase(*mistake);
    std::optional<Error> mistake;
    bson::Builder        builder;
    append_named(builder, name, filter.document(), mistake);
    if (mistake) return UpdateBase(std::move(*mistake));
    auto document = builder.finish();
    if (!document) return UpdateBase(std::move(document.error()));
    UpdateBase out;
    out.array_filters_.push_back(std::move(*document));
    return out;
}

}  // namespace tenon::query
