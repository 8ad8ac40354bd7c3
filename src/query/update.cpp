#include <tenon/query/update.hpp>

#include <algorithm>

#include <tenon/bson/json.hpp>

#include "query/condition.hpp"

namespace tenon::query {

namespace {

// Every path an update writes to. A rename writes to its target, too.
std::vector<std::string_view> written_paths(bson::View update) {
    std::vector<std::string_view> out;
    for (const auto& op : update) {
        if (op.value.type() != bson::Type::document) continue;
        for (const auto& path : op.value.as_view()) {
            out.push_back(path.key);
            if (op.key == "$rename" && path.value.type() == bson::Type::string) out.push_back(path.value.as_string());
        }
    }
    return out;
}

bool overlap(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    return b.starts_with(a) && (a.size() == b.size() || b[a.size()] == '.');
}

bool is_update(bson::View update) {
    return std::ranges::all_of(update, [](const bson::Element& op) {
        return op.key.starts_with('$') && op.value.type() == bson::Type::document;
    });
}

std::string_view name_of(bson::View array_filter) {
    const auto first = array_filter.begin();
    if (first == array_filter.end()) return {};
    if (!first->key.starts_with('$')) return first->key.substr(0, first->key.find('.'));
    if (first->value.type() != bson::Type::array) return {};
    const auto inner = first->value.as_view().begin();
    return inner == first->value.as_view().end() || inner->value.type() != bson::Type::document ? std::string_view()
                                                                                                : name_of(inner->value.as_view());
}

}  // namespace

UpdateBase UpdateBase::parse(std::string_view json) {
    auto document = bson::from_json(json);
    if (!document) return UpdateBase(std::move(document.error()));
    return UpdateBase(std::move(*document));
}

UpdateBase UpdateBase::one(std::string_view op, const PathRef& path, const Operand& value) {
    if (path.error) return UpdateBase(*path.error);
    if (value.error() != nullptr) return UpdateBase(detail::operand_error(*value.error(), path.text));
    bson::Builder builder;
    return detail::built<UpdateBase>(builder.open_document(op).append(path.text, value.value().ref()).close());
}

UpdateBase UpdateBase::set(std::string_view op, const PathRef& path, const Operand& value, bool null_when_empty) {
    if (!value.is_empty() || null_when_empty) return one(op, path, value);
    if (path.error) return UpdateBase(*path.error);
    if (op != "$set") return {};  // an insert that stores no field
    return one("$unset", path, Operand::string(""));
}

UpdateBase UpdateBase::rename(const PathRef& from, const PathRef& to) {
    if (to.error && !from.error) return UpdateBase(*to.error);
    UpdateBase out = one("$rename", from, Operand::string(to.text));
    if (out.error() == nullptr && overlap(from.text, to.text)) {
        return UpdateBase(detail::mistake_at(from.text, "a field cannot be renamed to itself or into itself"));
    }
    return out;
}

UpdateBase UpdateBase::current_date(const PathRef& path, bool timestamp) {
    if (!timestamp) return one("$currentDate", path, Operand::boolean(true));
    return one("$currentDate", path, Operand(bson::Value(bson::doc("$type", "timestamp"))));
}

UpdateBase UpdateBase::bit(std::string_view op, const PathRef& path, const Operand& mask) {
    if (mask.error() != nullptr) return one("$bit", path, mask);
    bson::Builder builder;
    builder.append(op, mask.value().ref());
    return one("$bit", path, Operand(bson::Value(builder.take())));
}

UpdateBase UpdateBase::both(UpdateBase a, const UpdateBase& b) {
    a.keep_error(b);
    if (a.error() != nullptr) return a;
    for (const UpdateBase* update : {&std::as_const(a), &b}) {
        if (!is_update(update->document())) {
            return UpdateBase(detail::mistake_at("", "only updates of operators join: a document of fields or a pipeline stands alone"));
        }
    }
    const auto theirs = written_paths(b.document());
    for (const std::string_view mine : written_paths(a.document())) {
        for (const std::string_view their : theirs) {
            if (overlap(mine, their)) {
                return UpdateBase(detail::mistake_at(their, "one update changes \"" + std::string(mine) + "\" and \"" +
                                                                std::string(their) + "\"; MongoDB allows one change to a path"));
            }
        }
    }
    for (const auto& filter : b.array_filters_) {
        for (const auto& other : a.array_filters_) {
            if (name_of(filter) == name_of(other)) {
                return UpdateBase(detail::mistake_at(name_of(filter), "two array filters of one name; join their conditions by &&"));
            }
        }
    }
    bson::Builder builder;
    for (const auto& op : a.document()) {
        builder.open_document(op.key).append_all(op.value.as_view());
        if (const auto more = b.document()[op.key]) builder.append_all(more.as_view());
        builder.close();
    }
    for (const auto& op : b.document()) {
        if (a.document()[op.key].missing()) builder.append(op.key, op.value);
    }
    UpdateBase out     = detail::built<UpdateBase>(builder);
    out.array_filters_ = std::move(a.array_filters_);
    out.array_filters_.insert(out.array_filters_.end(), b.array_filters_.begin(), b.array_filters_.end());
    return out;
}

}  // namespace tenon::query
