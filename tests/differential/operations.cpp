#include "differential/operations.hpp"

#include <algorithm>

#include "differential/filters.hpp"
#include "differential/updates.hpp"

namespace tenon::differential {

namespace {

void append_list(bson::Builder& builder, std::string_view key, const std::vector<bson::Document>& documents) {
    if (documents.empty()) return;
    builder.open_array(key);
    for (const auto& document : documents) builder.push(document);
    builder.close();
}

void append_hint(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    if (!chance(random, 8)) return;
    if (scene.indexes.empty() || chance(random, 30)) builder.append("hint", chance(random, 60) ? "$natural" : "_id_");
    else builder.append("hint", scene.indexes[random.below(scene.indexes.size())]);
}

bson::Document filter_of_write(RandomBson& random) {
    if (chance(random, 70)) return random_filter(random);
    bson::Builder builder;
    append_id(random, builder, "_id");
    if (const auto path = random_path(random); chance(random, 30) && path != "_id") append_condition(random, builder, path, 2);
    return builder.take();
}

bson::Document replacement(RandomBson& random) {
    auto document = random_document(random, chance(random, 25));
    if (!chance(random, 3)) return document;
    bson::Builder builder;
    builder.append_all(document);
    append_value(random, builder, "$set", 1);
    return builder.take();
}

/// Whether both name one path of several parts.
bool share_deep_path(bson::View sort, bson::View projection) {
    return std::ranges::any_of(sort, [&](const bson::Element& part) { return part.key.find('.') != std::string_view::npos && projection[part.key]; });
}

void append_find(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    builder.append("filter", random_filter(random));
    const bool partial = chance(random, 25);
    const auto sort = chance(random, 50) ? random_sort(random, partial) : partial ? bson::Document() : bson::doc("_id", 1);
    if (!sort.empty()) builder.append("sort", sort);
    if (chance(random, 35)) {
        // A server may project before it sorts then, though the projection of an array's path leaves out what the sort looks at.
        const auto projection = random_projection(random);
        if (!share_deep_path(sort, projection)) builder.append("projection", projection);
    }
    if (!partial && chance(random, 25)) builder.append("skip", static_cast<std::int64_t>(random.below(6)));
    if (!partial && chance(random, 35)) builder.append("limit", static_cast<std::int64_t>(1 + random.below(6)));
    append_hint(random, scene, builder);
}

void append_update(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    builder.append("filter", filter_of_write(random));
    const auto change = random_update(random);
    builder.append("update", change.update);
    append_list(builder, "array_filters", change.array_filters);
    if (chance(random, 35)) builder.append("many", true);
    if (chance(random, 25)) builder.append("upsert", true);
    append_hint(random, scene, builder);
}

void append_replace(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    builder.append("filter", filter_of_write(random));
    builder.append("replacement", replacement(random));
    if (chance(random, 30)) builder.append("upsert", true);
    append_hint(random, scene, builder);
}

void append_delete(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    const bool many = chance(random, 30);
    builder.append("filter", many && chance(random, 50) ? random_filter(random) : filter_of_write(random));
    if (many) builder.append("many", true);
    append_hint(random, scene, builder);
}

void append_find_and_modify(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    const auto kind = random.below(5);
    builder.append("filter", filter_of_write(random));
    if (kind == 0) {
        builder.append("kind", "remove");
    } else if (kind == 1) {
        builder.append("kind", "replace");
        builder.append("change", replacement(random));
    } else {
        const auto change = random_update(random);
        builder.append("kind", "update");
        builder.append("change", change.update);
        append_list(builder, "array_filters", change.array_filters);
    }
    if (chance(random, 60)) builder.append("sort", random_sort(random, false));
    if (chance(random, 30)) builder.append("projection", random_projection(random));
    if (kind != 0) {
        if (chance(random, 40)) builder.append("return_before", true);
        if (chance(random, 25)) builder.append("upsert", true);
    }
    append_hint(random, scene, builder);
}

void append_insert(RandomBson& random, bson::Builder& builder) {
    builder.open_array("documents");
    for (auto n = 1 + random.below(chance(random, 20) ? 5 : 1); n > 0; --n) builder.push(random_document(random, true));
    builder.close();
    if (chance(random, 40)) builder.append("unordered", true);
}

void append_bulk(RandomBson& random, const Scene& scene, bson::Builder& builder) {
    builder.open_array("items");
    for (auto n = 1 + random.below(5); n > 0; --n) {
        builder.push_document();
        switch (random.below(5)) {
            case 0:
                builder.open_document("insert").append("document", random_document(random, true));
                break;
            case 1:
                builder.open_document("replace");
                append_replace(random, scene, builder);
                break;
            case 2:
                builder.open_document("delete");
                append_delete(random, scene, builder);
                break;
            default:
                builder.open_document("update");
                append_update(random, scene, builder);
        }
        builder.close().close();
    }
    builder.close();
    if (chance(random, 40)) builder.append("unordered", true);
}

void append_index(RandomBson& random, Scene& scene, bson::Builder& builder) {
    constexpr std::string_view paths[] = {"a", "b", "c", "d", "a.x", "a.y", "b.x", "c.0", "a.0", "a.x.y", "_id"};
    scene.indexed = true;
    builder.open_array("indexes").push_document();
    builder.open_document("keys");
    std::vector<std::string_view> used;
    std::string                   name;
    for (auto n = 1 + random.below(3); n > 0; --n) {
        const auto path = pick(random, paths);
        if (std::find(used.begin(), used.end(), path) != used.end()) continue;
        used.push_back(path);
        const int direction = chance(random, 60) ? 1 : -1;
        name += (name.empty() ? "" : "_") + std::string(path) + "_" + std::to_string(direction);
        if (chance(random, 1)) append_value(random, builder, path, 0);
        else builder.append(path, direction);
    }
    builder.close();
    if (chance(random, 25)) builder.append("unique", true);
    bool complete = true;
    if (chance(random, 25)) {
        builder.append("sparse", true);
        complete     = false;
        scene.sparse = true;
    }
    if (chance(random, 10)) builder.append("hidden", true);
    if (chance(random, 20)) {
        complete = false;
        constexpr std::string_view operators[] = {"$gt", "$gte", "$lt", "$lte", "$eq"};
        builder.open_document("partial_filter");
        const auto path = std::string(chance(random, 60) ? used.front() : pick(random, paths));
        switch (random.below(5)) {
            case 0: builder.open_document(path).append("$exists", true).close(); break;
            case 1: append_value(random, builder, path, 1); break;
            case 2: builder.open_document(path).append("$type", chance(random, 50) ? "number" : "string").close(); break;
            case 3:
                append_condition(random, builder, path, 1);  // most of them are refused
                break;
            default:
                builder.open_document(path);
                append_value(random, builder, pick(random, operators), 0);
                builder.close();
        }
        builder.close();
    }
    builder.close().close();
    // A server answers from a hinted partial or sparse index what stands in it, and no more; this store refuses or reads all.
    // An index keeps its name while another one of the same keys is refused, so it is the names that are no hints any more.
    if (!complete) {
        std::erase(scene.indexes, name);
        scene.incomplete.push_back(name);
    } else if (std::find(scene.incomplete.begin(), scene.incomplete.end(), name) == scene.incomplete.end()) {
        scene.indexes.push_back(name);
    }
}

}  // namespace

bson::Document first_insert(RandomBson& random, std::size_t documents) {
    bson::Builder builder;
    builder.open_document("insert").open_array("documents");
    for (; documents > 0; --documents) builder.push(random_document(random, true));
    builder.close().append("unordered", true).close();
    return builder.take();
}

namespace {

/// {$gte: null} or {$lte: null} somewhere: from a sparse index a server answers it without the documents that lack the field.
bool compares_null(bson::View document) {
    for (const auto& [key, value] : document) {
        if ((key == "$gte" || key == "$lte") && value.type() == bson::Type::null) return true;
        if ((value.type() == bson::Type::document || value.type() == bson::Type::array) && compares_null(value.as_view())) return true;
    }
    return false;
}

std::string name_of_index(RandomBson& random, const Scene& scene) {
    if (scene.indexes.empty() || chance(random, 10)) return chance(random, 40) ? "_id_" : "none";
    return scene.indexes[random.below(scene.indexes.size())];
}

void append_index_operation(RandomBson& random, Scene& scene, bson::Builder& builder) {
    const auto kind = random.below(100);
    if (kind < 45 || (scene.indexes.empty() && kind < 75)) {
        builder.open_document("create_indexes");
        append_index(random, scene, builder);
    } else if (kind < 65) {
        builder.open_document("list_indexes");
    } else if (kind < 85) {
        builder.open_document("hide_index").append("name", name_of_index(random, scene));
        if (chance(random, 35)) builder.append("shown", true);
    } else {
        builder.open_document("drop_indexes").open_array("names");
        builder.push(name_of_index(random, scene));
        builder.close();
    }
}

bson::Document any_operation(RandomBson& random, Scene& scene) {
    bson::Builder builder;
    const auto    choice = random.below(100);
    if (choice < 40) {
        builder.open_document("find");
        append_find(random, scene, builder);
    } else if (choice < 62) {
        builder.open_document("update");
        append_update(random, scene, builder);
    } else if (choice < 67) {
        builder.open_document("replace");
        append_replace(random, scene, builder);
    } else if (choice < 71) {
        builder.open_document("delete");
        append_delete(random, scene, builder);
    } else if (choice < 79) {
        builder.open_document("insert");
        append_insert(random, builder);
    } else if (choice < 87) {
        builder.open_document("find_and_modify");
        append_find_and_modify(random, scene, builder);
    } else if (choice < 91) {
        builder.open_document("count").append("filter", random_filter(random));
        if (chance(random, 20)) builder.append("skip", static_cast<std::int64_t>(random.below(4)));
        if (chance(random, 20)) builder.append("limit", static_cast<std::int64_t>(1 + random.below(4)));
        append_hint(random, scene, builder);
    } else if (choice < 95 && !scene.indexed) {  // from an index a server makes null of what is missing
        builder.open_document("distinct").append("path", random_path(random));
        if (chance(random, 60)) builder.append("filter", random_filter(random));
    } else if (choice < 97 || scene.plain) {
        builder.open_document("bulk_write");
        append_bulk(random, scene, builder);
    } else {
        append_index_operation(random, scene, builder);
    }
    builder.close();
    return builder.take();
}

}  // namespace

bson::Document random_operation(RandomBson& random, Scene& scene) {
    for (;;) {
        auto operation = any_operation(random, scene);
        if (!scene.sparse || !compares_null(operation)) return operation;
    }
}

}  // namespace tenon::differential
