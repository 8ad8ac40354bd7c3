#include "repository/database_pipelines.hpp"

#include <algorithm>
#include <array>

namespace tenon::detail {

namespace {

/// Stages that name no collection.
constexpr std::array<std::string_view, 27> own_stages{
    "$match",       "$project",    "$group",  "$sort",       "$limit",  "$skip",    "$unwind",          "$addFields", "$set",
    "$unset",       "$count",      "$bucket", "$bucketAuto", "$sample", "$geoNear", "$setWindowFields", "$densify",   "$fill",
    "$replaceRoot", "$sortByCount", "$redact", "$replaceWith", "$documents", "$indexStats", "$collStats", "$search", "$searchMeta"};

/// The collection in "name" or {coll: "name"}; empty when it is neither.
std::string_view named(bson::ValueRef target) noexcept {
    if (target.type() == bson::Type::document) target = target.as_view()["coll"];
    return target.type() == bson::Type::string ? target.as_string() : std::string_view();
}

class Walk {
public:
    explicit Walk(const DatabaseState& database) noexcept : database_(database) {}

    [[nodiscard]] bool refused(bson::View stage) const {
        const auto first = stage.begin();
        if (first == stage.end()) return false;  // the engine's to refuse
        const auto  name  = first->key;
        const auto& value = first->value;
        const bool  whole = value.type() == bson::Type::document;
        const auto  part  = [&](std::string_view key) { return whole ? value.as_view()[key] : bson::ValueRef(); };
        if (std::find(own_stages.begin(), own_stages.end(), name) != own_stages.end()) return false;
        if (name == "$lookup") return reads(part("from"), !part("pipeline").missing()) || any_refused(part("pipeline"));
        if (name == "$graphLookup") return reads(part("from"), false);
        if (name == "$unionWith") return reads(value, !part("pipeline").missing()) || any_refused(part("pipeline"));
        if (name == "$out") return writes(value);
        if (name == "$merge") return writes(whole ? part("into") : value);
        if (name != "$facet" || !whole) return true;
        for (const auto& facet : value.as_view()) {
            if (any_refused(facet.value)) return true;
        }
        return false;
    }

private:
    [[nodiscard]] bool any_refused(bson::ValueRef pipeline) const {
        if (pipeline.missing()) return false;
        if (pipeline.type() != bson::Type::array) return true;
        for (const auto& stage : pipeline.as_view()) {
            if (stage.value.type() != bson::Type::document || refused(stage.value.as_view())) return true;
        }
        return false;
    }
    /// `may_lack`: the stage's own pipeline may bring documents of no collection.
    [[nodiscard]] bool reads(bson::ValueRef target, bool may_lack) const {
        const auto name = named(target);
        if (name.empty()) return !may_lack;
        const auto* model = database_.known(name);
        return model != nullptr && model->soft_delete;
    }
    [[nodiscard]] bool writes(bson::ValueRef target) const {
        const auto  name  = named(target);
        const auto* model = database_.known(name);
        return name.empty() || (model != nullptr && !model->plain());
    }

    const DatabaseState& database_;
};

}  // namespace

std::optional<std::string> stage_past_rules(const DatabaseState& database, const Aggregate& aggregate) {
    if (!database.keeps_rules()) return std::nullopt;
    const Walk walk(database);
    for (const auto& stage : aggregate.pipeline) {
        if (walk.refused(stage)) return std::string(stage.begin()->key);
    }
    return std::nullopt;
}

}  // namespace tenon::detail
