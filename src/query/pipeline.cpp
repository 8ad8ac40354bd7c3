#include <tenon/query/pipeline.hpp>

#include <algorithm>

#include <tenon/bson/json.hpp>

#include "query/shared.hpp"

namespace tenon::query {

namespace {

std::string expression(std::string_view path) { return "$" + std::string(path); }

void add_accumulator(bson::Builder& group, const detail::GroupField& field) {
    group.open_document(field.target);
    if (field.source.text.empty()) group.append(field.accumulator, std::int32_t{1});
    else group.append(field.accumulator, expression(field.source.text));
    group.close();
}

}  // namespace

Result<std::vector<bson::Document>> PipelineBase::checked() const {
    if (error_) return fail(*error_);
    return stages_;
}

std::string PipelineBase::to_json() const {
    if (error_) return "(invalid: " + error_->message + ")";
    std::string out = "[";
    for (const auto& stage : stages_) out += (out.size() > 1 ? ", " : "") + bson::to_json(stage.view());
    return out + "]";
}

void PipelineBase::keep(Error error) {
    if (!error_) error_ = std::move(error);
}

void PipelineBase::add(std::string_view name, const Clause& clause) {
    if (clause.error() != nullptr) return keep(*clause.error());
    add(bson::doc(name, clause.document()));
}

void PipelineBase::add(std::string_view name, std::int64_t documents, std::int64_t least) {
    if (documents < least) return keep(detail::mistake_at("", std::string(name) + " takes " + std::to_string(least) + " or more"));
    add(bson::doc(name, documents));
}

void PipelineBase::add_count(std::string_view field) { add(bson::doc("$count", field)); }

void PipelineBase::add_unwind(const PathRef& path, bool keep_empty) {
    if (path.error) return keep(*path.error);
    bson::Builder stage;
    if (keep_empty) stage.open_document("$unwind").append("path", expression(path.text)).append("preserveNullAndEmptyArrays", true).close();
    else stage.append("$unwind", expression(path.text));
    add(stage.take());
}

// The keys go into one document under _id, and a $project lays them beside the accumulators, where the struct has them.
void PipelineBase::add_group(std::span<const detail::GroupField> fields) {
    for (const auto& field : fields) {
        if (field.source.error) return keep(*field.source.error);
        const auto same = std::ranges::count(fields, field.target, &detail::GroupField::target);
        if (same > 1) return keep(detail::mistake_at(field.target, "one member of a group is given twice"));
        if (field.target == "_id" && !field.accumulator.empty()) return keep(detail::mistake_at("_id", "the _id of a group is a key"));
    }
    bson::Builder group;
    bson::Builder project;
    group.open_document("$group");
    project.open_document("$project");
    const auto is_key = [](const detail::GroupField& field) { return field.accumulator.empty(); };
    if (std::ranges::none_of(fields, is_key)) {
        group.append("_id", nullptr);
    } else {
        group.open_document("_id");
        for (const auto& field : fields) {
            if (is_key(field)) group.append(field.target, expression(field.source.text));
        }
        group.close();
    }
    bool id_is_key = false;
    for (const auto& field : fields) {
        if (!is_key(field)) {
            add_accumulator(group, field);
            project.append(field.target, std::int32_t{1});
            continue;
        }
        project.append(field.target, expression("_id." + std::string(field.target)));
        id_is_key = id_is_key || field.target == "_id";
    }
    if (!id_is_key) project.append("_id", std::int32_t{0});
    add(group.close().take());
    add(project.close().take());
}

}  // namespace tenon::query
