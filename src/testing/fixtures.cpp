#include <tenon/testing/fixtures.hpp>

#include <algorithm>
#include <array>
#include <fstream>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/json.hpp>

#include "repository/copy_filter.hpp"
#include "repository/document_edit.hpp"

namespace tenon::testing::detail {

namespace {

using repository::is_empty_date;
using repository::Scalar;
using repository::set_field;

/// Whether the library decides what a field of this fixture is stored as, whatever the file says.
bool library_keeps(const ModelInfo& model, std::string_view key, bson::View fixture, bson::View stored) {
    if (key.empty()) return false;  // a model without such a field names it ""
    if (key == "_id") return fixture[key].missing();
    if (key == model.updated_at || key == model.version) return true;
    if (key == model.created_at) return is_empty_date(fixture[key]);
    if (!model.soft_delete) return false;
    if (key == model.soft_delete->field) return true;
    // What a remove or a restore set and the struct lacks: a replace keeps the stored one.
    if (model.fields.empty() || std::find(model.fields.begin(), model.fields.end(), key) != model.fields.end()) return false;
    return !stored[key].missing() && (!model.soft_delete->set_on_delete[key].missing() || !model.soft_delete->set_on_restore[key].missing());
}

/// Whether a write of the fixture would store nothing new: the fields of both are the same, but for those that the library keeps.
bool holds(const ModelInfo& model, bson::View stored, bson::View fixture) {
    const auto has_all = [&](bson::View a, bson::View b) {
        for (const auto& [key, value] : b) {
            if (library_keeps(model, key, fixture, stored)) continue;
            if (a[key].missing() || !bson::equal(a[key], value)) return false;
        }
        return true;
    };
    return has_all(stored, fixture) && has_all(fixture, stored);
}

/// The fixture with the fields that the library adds, as a write of it would store them.
bson::Document as_stored(const ModelInfo& model, bson::View fixture, const std::optional<bson::Document>& stored) {
    bson::Document out(fixture);
    const auto     now = bson::DateTime::now();
    if (fixture["_id"].missing()) {
        if (stored) {
            set_field(out, "_id", (*stored)["_id"]);
        } else if (model.id == IdKind::uuid) {
            set_field(out, "_id", bson::doc("id", bson::Uuid::generate())["id"]);
        } else if (model.id == IdKind::object_id) {
            set_field(out, "_id", bson::doc("id", bson::ObjectId::generate())["id"]);
        }
    }
    if (!model.created_at.empty() && is_empty_date(fixture[model.created_at])) set_field(out, model.created_at, Scalar::date(now).ref());
    if (!model.updated_at.empty()) set_field(out, model.updated_at, Scalar::date(now).ref());
    if (!model.version.empty()) set_field(out, model.version, Scalar::integer(1, model.version_is_int32).ref());
    if (model.soft_delete) set_field(out, model.soft_delete->field, Scalar::null().ref());
    return out;
}

Result<bson::Document> key_filter(bson::View document, const std::vector<std::string>& key, const std::string& place) {
    const auto lacks = [&place](const std::string& path) {
        return fail(Errc::invalid_argument, "the fixture " + place + " lacks \"" + path + "\" of its natural key", place + "." + path);
    };
    bson::Builder filter;
    for (const auto& path : key) {
        const auto value = document.at_path(path);
        if (value.missing()) return lacks(path);
        filter.open_document(path).append("$eq", value).close();
    }
    return filter.finish();
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const auto unreadable = [&path] { return fail(Errc::io, "the fixture file \"" + path + "\" cannot be read", path); };
    std::ifstream file(path, std::ios::binary);
    if (!file) return unreadable();
    // read() keeps what its buffer throws (of a directory) as the stream's state; an iterator would let it out.
    std::string            text;
    std::array<char, 4096> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0) text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return unreadable();
    return text;
}

Result<FixtureReport> load(const Collection& collection, std::string_view json, const std::vector<std::string>& key, Check check,
                           const std::string& source) {
    if (key.empty()) return fail(Errc::invalid_argument, "fixtures are stored by a natural key; name its fields", "key");
    auto list = bson::value_from_json(json);
    if (!list) return fail(std::move(list).error());
    if (list->type() != bson::Type::array) return fail(Errc::invalid_argument, "\"" + source + "\" holds no JSON array of documents", source);

    FixtureReport report;
    for (const auto& [index, value] : list->ref().as_view()) {
        const std::string place = "[" + std::string(index) + "]";
        if (value.type() != bson::Type::document) return fail(Errc::invalid_argument, "the fixture " + place + " is no document", place);
        auto filter = key_filter(value.as_view(), key, place);
        if (!filter) return fail(std::move(filter).error());
        auto stored = collection.first(*filter);
        if (!stored) return fail(std::move(stored).error());
        if (check != nullptr) {
            if (auto fine = check(as_stored(collection.model(), value.as_view(), *stored).view()); !fine) {
                auto error = std::move(fine).error();
                error.path = place + "." + (error.path.empty() ? error.where : error.path);
                return fail(std::move(error));
            }
        }
        const bool known = stored->has_value();
        if (known && holds(collection.model(), (*stored)->view(), value.as_view())) {
            ++report.unchanged;
            continue;
        }
        FindAndModifyOptions options;
        options.upsert = true;
        stored         = collection.find_and_replace(std::move(*filter), bson::Document(value.as_view()), std::move(options));
        if (!stored) return fail(std::move(stored).error());
        ++(known ? report.replaced : report.inserted);
    }
    return report;
}

}  // namespace tenon::testing::detail
