#include <tenon/query/projection.hpp>

#include <tenon/bson/json.hpp>

#include "query/shared.hpp"

namespace tenon::query {

ProjectionBase ProjectionBase::parse(std::string_view json) {
    auto document = bson::from_json(json);
    if (!document) return ProjectionBase(std::move(document.error()));
    return ProjectionBase(std::move(*document));
}

namespace detail {

void ProjectionWriter::open(std::string_view name) {
    path_ += name;
    path_ += '.';
}

void ProjectionWriter::close() {
    path_.pop_back();
    path_.resize(path_.rfind('.') + 1);  // npos + 1 is 0: the root
}

void ProjectionWriter::field(std::string_view source, std::string_view target) {
    if (source == target) {
        if (path_.empty() && source == "_id") id_ = true;
        builder_.append(path_ + std::string(source), std::int32_t{1});
    } else {
        builder_.append(target, "$" + std::string(source));
    }
    any_ = true;
}

ProjectionBase ProjectionWriter::finish() {
    // Without a field the projection would be an exclusion: all but the _id.
    if (!any_) return ProjectionBase(mistake_at("", "a projection takes a struct of at least one field"));
    if (!id_) builder_.append("_id", std::int32_t{0});
    return built<ProjectionBase>(builder_);
}

}  // namespace detail
}  // namespace tenon::query
