#include "repository/change_filter.hpp"

#include <string>
#include <string_view>

namespace tenon::repository {

namespace {

constexpr std::string_view after  = "fullDocument";
constexpr std::string_view before = "fullDocumentBeforeChange";
constexpr std::string_view key    = "documentKey";

bool is_list(std::string_view name) noexcept { return name == "$and" || name == "$or" || name == "$nor"; }

bool is_id_only(bson::View filter, std::size_t depth = 0) {
    if (depth > bson::max_depth) return false;
    for (const auto& [name, value] : filter) {
        if (is_list(name) && value.type() == bson::Type::array) {
            for (const auto& one : value.as_view()) {
                if (one.value.type() != bson::Type::document || !is_id_only(one.value.as_view(), depth + 1)) return false;
            }
        } else if (name != "_id" && !name.starts_with("_id.") && name != "$comment") {
            return false;
        }
    }
    return true;
}

bool names_root(bson::ValueRef expression, std::size_t depth = 0) {
    if (expression.type() == bson::Type::string) {
        const auto text = expression.as_string();
        return text == "$$ROOT" || text.starts_with("$$ROOT.");
    }
    if ((expression.type() != bson::Type::document && expression.type() != bson::Type::array) || depth > bson::max_depth) return false;
    for (const auto& [name, value] : expression.as_view()) {
        if (name != "$literal" && names_root(value, depth + 1)) return true;
    }
    return false;
}

/// Writes a filter on documents as one on events, whose documents stand under `place`.
Result<void> write_under(bson::Builder& out, std::string_view place, bson::View filter, std::size_t depth = 0) {
    if (depth > bson::max_depth) return fail(Errc::invalid_argument, "the filter is nested too deep");
    for (const auto& [name, value] : filter) {
        if (!name.starts_with('$')) {
            out.append(std::string(place) + "." + std::string(name), value);
        } else if (is_list(name) && value.type() == bson::Type::array) {
            out.open_array(name);
            for (const auto& one : value.as_view()) {
                if (one.value.type() != bson::Type::document) {
                    out.push(one.value);  // the server's to refuse
                    continue;
                }
                out.push_document();
                if (auto done = write_under(out, place, one.value.as_view(), depth + 1); !done) return done;
                out.close();
            }
            out.close();
        } else if (name == "$expr") {
            if (names_root(value)) return fail(Errc::unsupported, "in a change stream $$ROOT is the event, not the document: name its fields", "$expr");
            // MongoDB manual: "$<field>" is short for "$$CURRENT.<field>", and CURRENT may be bound anew.
            out.open_document(name).open_document("$let").open_document("vars").append("CURRENT", "$" + std::string(place)).close();
            out.append("in", value).close().close();
        } else if (name == "$comment") {
            out.append(name, value);
        } else {
            return fail(Errc::unsupported, std::string(name) + " cannot be asked of the documents in a change stream", std::string(name));
        }
    }
    return {};
}

Result<void> push_matching(bson::Builder& out, std::string_view place, bson::View filter) {
    out.push_document().open_array("$and");
    out.push(bson::doc(place, bson::doc("$type", "object")));
    out.push_document();
    if (auto done = write_under(out, place, filter); !done) return done;
    out.close().close().close();
    return {};
}

Result<bson::Document> by_id(bson::View filter) {
    bson::Builder out;
    out.open_array("$or").push_document();
    if (auto done = write_under(out, key, filter); !done) return fail(std::move(done.error()));
    out.close();
    out.push(bson::doc(key, bson::doc("$exists", false)));
    return out.close().finish();
}

}  // namespace

Result<bson::Document> change_filter(bson::View filter, FullDocument full_document, FullDocument before_change) {
    if (filter.empty()) return bson::Document();
    if (is_id_only(filter)) return by_id(filter);
    const bool has_before = before_change != FullDocument::none;
    if (full_document == FullDocument::none && !has_before) {
        return fail(Errc::invalid_argument,
                    "a filter on more than the id is matched against the documents of events, and an update brings none: set full_document or before_change",
                    "full_document");
    }
    const auto    no_document = bson::doc("$not", bson::doc("$type", "object"));
    bson::Builder out;
    out.open_array("$or");
    if (auto done = push_matching(out, after, filter); !done) return fail(std::move(done.error()));
    if (has_before) {
        if (auto done = push_matching(out, before, filter); !done) return fail(std::move(done.error()));
        out.push(bson::doc(after, no_document, before, no_document));
    } else {
        out.push(bson::doc(after, no_document));
    }
    return out.close().finish();
}

}  // namespace tenon::repository
