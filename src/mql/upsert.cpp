#include "mql/upsert.hpp"

#include <map>
#include <string>

#include <tenon/bson/compare.hpp>

#include "mql/filter.hpp"
#include "mql/mql_error.hpp"
#include "mql/update_document.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

constexpr int illegal_operation         = 20;
constexpr int not_single_value_field    = 54;
constexpr int not_exact_value_field     = 111;
constexpr int query_feature_not_allowed = 224;

using Equalities = std::map<std::string, ValueRef, std::less<>>;

bool reads_expr(const Node& node) {
    if (node.op == Op::expr) return true;
    for (const auto& child : node.children) {
        if (reads_expr(child)) return true;
    }
    return false;
}

Result<void> add(Equalities& out, const FieldPath& path, ValueRef value) {
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

Result<void> collect(Equalities& out, const Node& node, bool id_only) {
    if (node.op == Op::and_) {
        for (const auto& child : node.children) {
            if (auto collected = collect(out, child, id_only); !collected) return collected;
        }
        return {};
    }
    const bool one_of_one = node.op == Op::in && node.values.size() == 1 && node.patterns.empty();
    if (node.op != Op::eq && !one_of_one) return {};
    if (id_only && (node.path.empty() || node.path[0] != "_id")) return {};
    if (id_only && node.path.size() > 1) {
        return mql_error(not_exact_value_field, "field at '_id' must be exactly specified, found the sub-path '" + node.path.text() + "'", node.path.text());
    }
    return add(out, node.path, one_of_one ? node.values.front().ref() : node.operand.ref());
}

// Makes the documents of a dotted path and the value at its end. Conflicts were refused before.
Result<void> put(MutableDocument& document, std::string_view path, ValueRef value) {
    const FieldPath parts(path);
    if (parts.empty()) return mql_error(illegal_operation, "the filter has an equality on the empty path");
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
    return {};
}

Result<bson::Document> seed_of(bson::View filter, bool id_only) {
    auto parsed = Filter::parse(filter);
    if (!parsed) return fail(std::move(parsed.error()));
    if (reads_expr(parsed->root())) {
        return mql_error(query_feature_not_allowed, "$expr is not allowed in the query predicate for an upsert");
    }
    Equalities equalities;
    if (auto collected = collect(equalities, parsed->root(), id_only); !collected) return fail(std::move(collected.error()));
    MutableDocument document{bson::View()};
    for (const bool id : {true, false}) {
        for (const auto& [path, value] : equalities) {
            if ((path == "_id" || path.starts_with("_id.")) != id) continue;
            if (auto done = put(document, path, value); !done) return fail(std::move(done.error()));
        }
    }
    std::vector<std::uint8_t> bytes;
    document.write(bytes);
    return bson::Document::trusted(std::move(bytes));
}

}  // namespace

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
    if (auto checked = check_id(document["_id"]); !checked) return fail(std::move(checked.error()));
    return with_id_first(document);
}

Result<bson::Document> upserted_replacement(bson::View filter, bson::View with, bson::Timestamp timestamp) {
    auto start = seed_replacement(filter);
    if (!start) return start;
    const ValueRef id = (*start)["_id"];
    if (id.type() == Type::array || with["_id"].type() == Type::array) {
        return mql_error(not_single_value_field, "the (immutable) field '_id' cannot be an array", "_id");
    }
    if (auto checked = check_id(id); !checked) return fail(std::move(checked.error()));
    if (id && with["_id"] && !bson::equal(id, with["_id"])) {
        return mql_error(code::immutable_field, "the (immutable) field '_id' would be altered by the replacement", "_id");
    }
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
