#include <tenon/query/sort.hpp>

#include <tenon/bson/json.hpp>

#include "query/shared.hpp"

namespace tenon::query {

void SortBase::add(const PathRef& path, int direction) { add_value(path, bson::Value(std::int32_t{direction})); }

void SortBase::add_text(const PathRef& path) { add_value(path, bson::Value("text")); }

void SortBase::add_hashed(const PathRef& path) { add_value(path, bson::Value("hashed")); }

void SortBase::add_value(const PathRef& path, const bson::Value& value) {
    if (error() != nullptr) return;
    if (auto mistake = detail::check_read_path(path)) {
        *this = SortBase(std::move(*mistake));
        return;
    }
    if (!document_[path.text].missing()) {
        *this = SortBase(detail::mistake_at(path.text, "one key twice"));
        return;
    }
    bson::Builder builder;
    builder.append_all(document_).append(path.text, value.ref());
    *this = detail::built<SortBase>(builder);
}

SortBase SortBase::parse(std::string_view json) {
    auto document = bson::from_json(json);
    if (!document) return SortBase(std::move(document.error()));
    return SortBase(std::move(*document));
}

}  // namespace tenon::query
