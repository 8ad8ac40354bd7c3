// From the document form to an Operation.

#include "differential/operations.hpp"

namespace tenon::differential {

namespace {

bson::Document document_of(bson::ValueRef value) {
    return value.type() == bson::Type::document ? bson::Document(value.as_view()) : bson::Document();
}
std::vector<bson::Document> list_of(bson::ValueRef value) {
    std::vector<bson::Document> list;
    if (value.type() != bson::Type::array) return list;
    for (const auto& element : value.as_view()) list.push_back(document_of(element.value));
    return list;
}
std::string  text_of(bson::ValueRef value) { return value.type() == bson::Type::string ? std::string(value.as_string()) : std::string(); }
bool         is_set(bson::ValueRef value) { return value.truthy(); }
std::int64_t number_of(bson::ValueRef value) { return value.to_int64().value_or(0); }

Find to_find(bson::View of) {
    return {.filter     = document_of(of["filter"]),
            .sort       = document_of(of["sort"]),
            .projection = document_of(of["projection"]),
            .skip       = number_of(of["skip"]),
            .limit      = number_of(of["limit"]),
            .hint       = text_of(of["hint"])};
}
Update to_update(bson::View of) {
    return {.filter        = document_of(of["filter"]),
            .update        = document_of(of["update"]),
            .array_filters = list_of(of["array_filters"]),
            .many          = is_set(of["many"]),
            .upsert        = is_set(of["upsert"]),
            .hint          = text_of(of["hint"])};
}
Replace to_replace(bson::View of) {
    return {.filter = document_of(of["filter"]), .replacement = document_of(of["replacement"]), .upsert = is_set(of["upsert"]), .hint = text_of(of["hint"])};
}
Delete to_delete(bson::View of) {
    return {.filter = document_of(of["filter"]), .many = is_set(of["many"]), .purge = false, .hint = text_of(of["hint"])};
}
FindAndModify to_find_and_modify(bson::View of) {
    const auto    kind = text_of(of["kind"]);
    FindAndModify made;
    made.kind          = kind == "remove" ? FindAndModify::Kind::remove : kind == "replace" ? FindAndModify::Kind::replace : FindAndModify::Kind::update;
    made.filter        = document_of(of["filter"]);
    made.change        = document_of(of["change"]);
    made.array_filters = list_of(of["array_filters"]);
    made.sort          = document_of(of["sort"]);
    made.projection    = document_of(of["projection"]);
    made.return_after  = made.kind != FindAndModify::Kind::remove && !is_set(of["return_before"]);
    made.upsert        = is_set(of["upsert"]);
    made.hint          = text_of(of["hint"]);
    return made;
}
BulkWrite to_bulk(bson::View of) {
    BulkWrite made;
    made.ordered = !is_set(of["unordered"]);
    for (const auto& item : list_of(of["items"])) {
        if (item.empty()) continue;
        const auto kind = item.begin()->key;
        const auto body = document_of(item.begin()->value);
        if (kind == "insert") made.items.emplace_back(BulkWrite::InsertOne{document_of(body["document"])});
        else if (kind == "update") made.items.emplace_back(to_update(body));
        else if (kind == "replace") made.items.emplace_back(to_replace(body));
        else made.items.emplace_back(to_delete(body));
    }
    return made;
}
CreateIndexes to_create_indexes(bson::View of) {
    CreateIndexes made;
    for (const auto& index : list_of(of["indexes"])) {
        IndexSpec spec;
        spec.keys           = document_of(index["keys"]);
        spec.name           = text_of(index["name"]);
        spec.unique         = is_set(index["unique"]);
        spec.sparse         = is_set(index["sparse"]);
        spec.hidden         = is_set(index["hidden"]);
        spec.partial_filter = document_of(index["partial_filter"]);
        made.indexes.push_back(std::move(spec));
    }
    return made;
}

}  // namespace

Result<Operation> to_operation(bson::View document) {
    const auto first = document.empty() ? bson::Element{} : *document.begin();
    if (first.value.type() != bson::Type::document) return fail(Errc::invalid_argument, "an operation is {verb: {arguments}}");
    const auto verb = first.key;
    const auto of   = first.value.as_view();
    if (verb == "find") return Operation(to_find(of));
    if (verb == "insert") return Operation(Insert{.documents = list_of(of["documents"]), .ordered = !is_set(of["unordered"])});
    if (verb == "update") return Operation(to_update(of));
    if (verb == "replace") return Operation(to_replace(of));
    if (verb == "delete") return Operation(to_delete(of));
    if (verb == "find_and_modify") return Operation(to_find_and_modify(of));
    if (verb == "count") {
        return Operation(Count{.filter = document_of(of["filter"]), .skip = number_of(of["skip"]), .limit = number_of(of["limit"]), .hint = text_of(of["hint"])});
    }
    if (verb == "distinct") return Operation(Distinct{.path = text_of(of["path"]), .filter = document_of(of["filter"])});
    if (verb == "bulk_write") return Operation(to_bulk(of));
    if (verb == "create_indexes") return Operation(to_create_indexes(of));
    if (verb == "drop_indexes") {
        DropIndexes made;
        for (const auto& name : of["names"].type() == bson::Type::array ? of["names"].as_view() : bson::View()) made.names.push_back(text_of(name.value));
        return Operation(std::move(made));
    }
    if (verb == "list_indexes") return Operation(ListIndexes{});
    if (verb == "hide_index") return Operation(HideIndex{.name = text_of(of["name"]), .hidden = !is_set(of["shown"])});
    return fail(Errc::invalid_argument, "no operation '" + std::string(verb) + "'");
}

}  // namespace tenon::differential
