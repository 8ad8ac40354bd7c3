#include "repository/update_edit.hpp"

#include <algorithm>

#include "repository/document_edit.hpp"

namespace tenon::repository {

namespace {

/// "a.b" and "a" are of field "a".
bool is_of(std::string_view path, std::string_view field) noexcept {
    return path.starts_with(field) && (path.size() == field.size() || path[field.size()] == '.');
}

/// Calls visit(path) for each path that an operator writes; ends when it says true.
template <class Visit>
bool any_path(bson::View update, Visit&& visit) noexcept {
    for (const auto& [op, fields] : update) {
        if (fields.type() != bson::Type::document) continue;  // the engine says what is wrong with it
        for (const auto& [path, value] : fields.as_view()) {
            if (visit(path)) return true;
            if (op == "$rename" && value.type() == bson::Type::string && visit(value.as_string())) return true;
        }
    }
    return false;
}

}  // namespace

Result<bson::Document> with_additions(bson::View update, const std::vector<Addition>& additions) {
    std::vector<bool> done(additions.size(), false);
    bson::Builder     out;
    const auto        add_all_of = [&](std::string_view op) {
        for (std::size_t i = 0; i < additions.size(); ++i) {
            if (done[i] || additions[i].op != op) continue;
            out.append(additions[i].key, additions[i].value);
            done[i] = true;
        }
    };
    for (const auto& [op, fields] : update) {
        const bool ours = fields.type() == bson::Type::document &&
                          std::any_of(additions.begin(), additions.end(), [&](const Addition& a) { return a.op == op; });
        if (!ours) {
            out.append(op, fields);
            continue;
        }
        out.open_document(op).append_all(fields.as_view());
        add_all_of(op);
        out.close();
    }
    for (std::size_t i = 0; i < additions.size(); ++i) {
        if (done[i]) continue;
        out.open_document(additions[i].op);
        add_all_of(additions[i].op);
        out.close();
    }
    return out.finish();
}

Result<bson::Document> stamped_update(const ModelInfo& model, bson::View update, bool upsert, bson::DateTime now) {
    const auto            at  = Scalar::date(now);
    const auto            one = Scalar::integer(1, model.version_is_int32);
    std::vector<Addition> additions;
    if (!model.updated_at.empty()) additions.push_back({"$set", model.updated_at, at.ref()});
    if (!model.version.empty()) additions.push_back({"$inc", model.version, one.ref()});
    if (upsert && !model.created_at.empty()) additions.push_back({"$setOnInsert", model.created_at, at.ref()});
    return with_additions(update, additions);
}

bool touches(bson::View update, std::string_view field) noexcept {
    return any_path(update, [&](std::string_view path) { return is_of(path, field); });
}

Result<void> check_operators(bson::View update) {
    if (update.empty() || !update.begin()->key.starts_with('$')) {
        return fail(Errc::invalid_argument, "an update is made of operators such as $set; to put a whole document in place use replace");
    }
    return {};
}

Result<void> check_update(bson::View update, const ModelInfo& model) {
    if (auto fine = check_operators(update); !fine) return fine;
    std::string kept;
    any_path(update, [&](std::string_view path) {
        const bool ours = (!model.version.empty() && is_of(path, model.version)) ||
                          (!model.created_at.empty() && is_of(path, model.created_at)) ||
                          (!model.updated_at.empty() && is_of(path, model.updated_at)) ||
                          (model.soft_delete && is_of(path, model.soft_delete->field));
        if (ours) kept = path;
        return ours;
    });
    if (!kept.empty()) {
        auto message = "field \"" + kept + "\" is kept by the library; an update may not change it";
        return fail(Errc::invalid_argument, std::move(message), std::move(kept));
    }
    return {};
}

}  // namespace tenon::repository
