#include "mql/upsert.hpp"

#include <map>
#include <string>

#include <tenon/bson/compare.hpp>

#include "mql/filter.hpp"
#include "mql/mql_error.hpp"
#include "mql/operands.hpp"
#include "mql/update_document.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

constexpr int illegal_operation         = 20;
constexpr int not_single_value_field    = 54;
constexpr int not_exact_value_field     = 111;

using Equalities = std::map<std::string, ValueRef, std::less<>>;

bool is_operator(std::string_view key) {
    return !key.empty() && key[0] == '$' && key != "$ref" && key != "$id" && key != "$db";
}

bool has_operators(ValueRef value) {
    return value.type() == Type::document && !value.as_view().empty() && is_operator(value.as_view().begin()->key);
}

Result<void> add(Equalities& out, const FieldPath& path, ValueRef value, bool id_only) {
    if (id_only && path.size() > 1) {
        return mql_error(not_exact_value_field, "field at '_id' must be exactly specified, found the sub-path '" + path.text() + "'", path.text());
    }
    if (path.empty()) return mql_error(illegal_operation, "the filter has an equality on the empty path");
    for (const auto& [other, seen] : out) {
        if (other == path.text()) {
            return mql_error(not_single_value_field, "cannot infer query fields to set, path '" + other + "' is matched twice", other);
        }
        if (path.overlaps(FieldPath(other))) {
            return mql_error(not_single_value_field, "cannot infer query fields to set, both paths '" + path.text() + "' and '" + other + "' are matched", other);
        }
    }
    out.emplace(path.text(), value);
    return {};
}

// What an equality among a field's conditions says: {$eq: v}, {$in: [v]}, {$all: [v, w]}. The filter was parsed before: in $all a document whose key
// is no operator's is a value, whatever the key begins with.
Result<void> collect_conditions(Equalities& out, const FieldPath& path, bson::View conditions, bool id_only) {
    for (const auto& condition : conditions) {
        if (condition.key == "$eq") {
            if (auto added = add(out, path, condition.value, id_only); !added) return added;
        } else if (condition.key == "$in") {
            ValueRef only;
            bool     one = true;
            for (const auto& element : condition.value.as_view()) {
                one  = one && element.value.type() != Type::regex && (only.missing() || bson::equal(only, element.value));
                if (only.missing()) only = element.value;
            }
            if (only.missing() || !one) continue;
            if (auto added = add(out, path, only, id_only); !added) return added;
        } else if (condition.key == "$all") {
            for (const auto& element : condition.value.as_view()) {
                if (element.value.type() == Type::regex || detail::is_elem_match(element.value)) continue;
                if (auto added = add(out, path, element.value, id_only); !added) return added;
            }
        }
    }
    return {};
}

// Whether MongoDB makes $alwaysFalse of it while it parses: of {$all: []}, not of {$in: []}. It infers no fields from that.
bool never_matches(bson::View filter) {
    const auto never = [](const bson::Element& branch) { return never_matches(branch.value.as_view()); };
    for (const auto& element : filter) {
        if (element.key == "$and" || element.key == "$or") {
            bool any = false;
            bool all = true;
            for (const auto& branch : element.value.as_view()) {
                any = any || never(branch);
                all = all && never(branch);
            }
            if (element.key == "$and" ? any : all) return true;
        } else if (!is_operator(element.key) && has_operators(element.value)) {
            for (const auto& condition : element.value.as_view()) {
                if (condition.key == "$all" && condition.value.as_view().empty()) return true;
            }
        }
    }
    return false;
}

// Reads the filter as it was sent, since a parsed one is simplified: {a: {$in: []}} would hide what stands beside it.
Result<void> collect(Equalities& out, bson::View filter, bool id_only) {
    const auto possible_branches = [](bson::View branches) {
        std::size_t count = 0;
        for (const auto& branch : branches) count += never_matches(branch.value.as_view()) ? 0 : 1;
        return count;
    };

    for (const auto& element : filter) {
        if (element.key == "$and" || element.key == "$or") {
            if (element.key == "$or" && possible_branches(element.value.as_view()) != 1) continue;
            for (const auto& branch : element.value.as_view()) {
                if (never_matches(branch.value.as_view())) continue;
                if (auto collected = collect(out, branch.value.as_view(), id_only); !collected) return collected;
            }
        } else if (element.key == "$expr") {
            return mql_error(code::query_feature_not_allowed, "$expr is not allowed in the query predicate for an upsert");
        }
        if (is_operator(element.key)) continue;
        const FieldPath path(element.key);
        if (id_only && (path.empty() || path[0] != "_id")) continue;
        if (has_operators(element.value)) {
            if (auto added = collect_conditions(out, path, element.value.as_view(), id_only); !added) return added;
        } else if (element.value.type() != Type::regex) {
            if (auto added = add(out, path, element.value, id_only); !added) return added;
        }
    }
    return {};
}

// Makes the documents of a dotted path and the value at its end. Conflicts were refused before.
void put(MutableDocument& document, std::string_view path, ValueRef value) {
    const FieldPath parts(path);
    MutableNode* at = document.root();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        MutableNode* next = document.child(*at, parts[i]);
        if (next == nullptr) {
            next = &document.make_empty(document.keep_key(std::string(parts[i])), Type::document);
            document.append(*at, *next);
        }
        at = next;
    }
    document.append(*at, document.make(document.keep_key(std::string(parts[parts.size() - 1])), value));
}

// A path into the _id, in a filter or an update, as a key or as what $rename makes.
bool names_in_id(bson::View spec) {
    for (const auto& [key, value] : spec) {
        if (key.starts_with("_id.")) return true;
        if (value.type() == Type::string && value.as_string().starts_with("_id.")) return true;
        if ((value.type() == Type::document || value.type() == Type::array) && key.starts_with('$') && names_in_id(value.as_view())) return true;
        if (is_all_digits(key) && value.type() == Type::document && names_in_id(value.as_view())) return true;
    }
    return false;
}

bool pushes_to_id(bson::View update) {
    for (const auto& op : {"$push", "$addToSet"}) {
        const ValueRef paths = update[op];
        if (paths.type() != Type::document) continue;
        const ValueRef pushed  = paths.as_view()["_id"];
        const bool     nothing = pushed.type() == Type::document && pushed.as_view()["$each"].type() == Type::array && pushed.as_view()["$each"].as_view().empty();
        if (pushed && !nothing) return true;
    }
    return false;
}

Result<bson::Document> seed_of(bson::View filter, bool id_only) {
    auto parsed = Filter::parse(filter);
    if (!parsed) return fail(std::move(parsed.error()));
    Equalities equalities;
    if (!never_matches(filter)) {
        if (auto collected = collect(equalities, filter, id_only); !collected) return fail(std::move(collected.error()));
    }
    MutableDocument document{bson::View()};
    for (const bool id : {true, false}) {
        for (const auto& [path, value] : equalities) {
            if ((path == "_id" || path.starts_with("_id.")) != id) continue;
            put(document, path, value);
        }
    }
    std::vector<std::uint8_t> bytes;
    document.write(bytes);
    return bson::Document::trusted(std::move(bytes));
}

}  // namespace

Result<void> check_upsert_filter(bson::View filter) {
    for (const auto& element : filter) {
        if (element.key == "$expr") return mql_error(code::query_feature_not_allowed, "$expr is not allowed in the query predicate for an upsert");
        if (element.key != "$and" && element.key != "$or" && element.key != "$nor") continue;
        if (element.value.type() != Type::array) return {};  // its own error
        for (const auto& branch : element.value.as_view()) {
            if (branch.value.type() != Type::document) return {};
            if (auto checked = check_upsert_filter(branch.value.as_view()); !checked) return checked;
        }
    }
    return {};
}

Result<bson::Document> seed(bson::View filter) { return seed_of(filter, false); }

Result<bson::Document> seed_replacement(bson::View filter) { return seed_of(filter, true); }

bson::Document with_id_first(bson::View document) {
    const ValueRef id = document["_id"];
    if (id && document.begin()->key == "_id") return bson::Document(document);
    bson::Builder builder;
    if (id) {
        builder.append("_id", id);
    } else {
        builder.append("_id", bson::ObjectId::generate());
    }
    for (const auto& element : document) {
        if (element.key != "_id") builder.append(element.key, element.value);
    }
    return builder.take();
}

Result<bson::Document> upserted(bson::View filter, const Update& update, ApplyContext context) {
    auto start = seed(filter);
    if (!start) return start;
    context.inserting = true;
    bson::Document after;
    const auto     changed = update.apply(*start, context, after);
    if (!changed) return fail(changed.error());
    const bson::Document& document = *changed ? after : *start;
    const ValueRef        id       = document["_id"];
    if (id.type() == Type::array && pushes_to_id(update.spec())) {
        return mql_error(not_single_value_field, "after the update the field '_id' is an array", "_id");
    }
    // MongoDB looks at the names of an _id that was given whole.
    if (id.type() != Type::document || !(names_in_id(filter) || names_in_id(update.spec()))) {
        if (auto checked = check_id(id); !checked) return fail(std::move(checked.error()));
    }
    return with_id_first(document);
}

Result<bson::Document> upserted_replacement(bson::View filter, bson::View with, bson::Timestamp timestamp) {
    auto start = seed_replacement(filter);
    if (!start) return start;
    const ValueRef id = (*start)["_id"];
    const ValueRef wanted = with["_id"];
    const auto     differ = [&] { return mql_error(code::immutable_field, "the (immutable) field '_id' would be altered by the replacement", "_id"); };
    if (id && wanted && wanted.type() != Type::array && !bson::equal(id, wanted)) return differ();
    if (id.type() == Type::array || wanted.type() == Type::array) {
        return mql_error(not_single_value_field, "the (immutable) field '_id' cannot be an array", "_id");
    }
    if (auto checked = check_id(id); !checked) return fail(std::move(checked.error()));
    bson::Builder whole;
    if (!with["_id"]) whole.append("_id", id);
    whole.append_all(with);
    auto document = whole.finish();
    if (!document) return document;
    auto stored = replacement(bson::View(), *document, timestamp);
    if (!stored) return stored;
    return with_id_first(*stored);
}

}  // namespace tenon::mql
