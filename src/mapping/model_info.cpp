#include <tenon/mapping/model_info.hpp>

namespace tenon::mapping::detail {

ModelInfo make_model_info(const ModelFacts& facts) {
    ModelInfo out;
    out.collection = facts.collection;
    out.id         = facts.id;
    out.fields.reserve(facts.count);
    for (std::size_t i = 0; i < facts.count; ++i) {
        if (!facts.names[i].empty()) out.fields.emplace_back(facts.names[i]);
    }
    if (facts.soft_delete) {
        out.soft_delete.emplace();
        if (!facts.deleted_at.empty()) out.soft_delete->field = facts.deleted_at;
    }
    out.created_at       = facts.created_at;
    out.updated_at       = facts.updated_at;
    out.version          = facts.version;
    out.version_is_int32 = facts.version_is_int32;
    return out;
}

void add_also(SoftDeleteInfo& info, std::string_view name, const Result<bson::Value>& on_delete, const Result<bson::Value>& on_restore) {
    if (!on_delete || !on_restore) return;
    const auto with = [&](const bson::Document& document, const bson::Value& value) {
        bson::Builder builder;
        builder.append_all(document.view());
        builder.append(name, value.ref());
        return builder.take();
    };
    info.set_on_delete  = with(info.set_on_delete, *on_delete);
    info.set_on_restore = with(info.set_on_restore, *on_restore);
}

}  // namespace tenon::mapping::detail
