#include "differential/updates.hpp"

#include <algorithm>

#include "differential/filters.hpp"

namespace tenon::differential {

namespace {

/// A path that may hold positional parts; those named are added to `names`.
std::string update_path(RandomBson& random, std::vector<std::string>& names) {
    if (!chance(random, 22)) return random_path(random);
    constexpr std::string_view fields[] = {"a", "b", "c", "a.x", "b.y", "a.0"};
    constexpr std::string_view parts[]  = {"$[]", "$", "$[i]", "$[]", "$[j]"};
    constexpr std::string_view tails[]  = {"x", "y", "0", "$[]", "$[i]"};
    std::string                path(pick(random, fields));
    const auto                 add = [&](std::string_view part) {
        path += '.';
        path += part;
        if (part == "$[i]") names.emplace_back("i");
        if (part == "$[j]") names.emplace_back("j");
    };
    add(pick(random, parts));
    if (chance(random, 50)) add(pick(random, tails));
    return path;
}

void append_each(RandomBson& random, bson::Builder& builder, std::string_view path, bool push) {
    builder.open_document(path);
    if (!chance(random, 3)) append_array(random, builder, "$each", 2);
    if (push) {
        if (chance(random, 45)) {
            if (chance(random, 12)) append_number(random, builder, "$slice");
            else builder.append("$slice", static_cast<std::int32_t>(random.below(7)) - 3);
        }
        if (chance(random, 45)) {
            if (chance(random, 6)) append_value(random, builder, "$sort", 1);
            else if (chance(random, 50)) builder.append("$sort", chance(random, 50) ? 1 : -1);
            else {
                builder.open_document("$sort");
                builder.append(chance(random, 70) ? "x" : "x.y", chance(random, 50) ? 1 : -1);
                if (chance(random, 40)) builder.append("y", chance(random, 50) ? 1 : -1);
                builder.close();
            }
        }
        if (chance(random, 40)) {
            if (chance(random, 12)) append_number(random, builder, "$position");
            else builder.append("$position", static_cast<std::int32_t>(random.below(7)) - 3);
        }
    }
    if (chance(random, 2)) builder.append("$foo", 1);
    builder.close();
}

void append_pull(RandomBson& random, bson::Builder& builder, std::string_view path) {
    switch (random.below(6)) {
        case 0:
        case 1: append_value(random, builder, path, 1); return;
        case 2:
        case 3: builder.append(path, random_operators(random, 2)); return;
        case 4: builder.append(path, bson::Regex{chance(random, 50) ? "^a" : "b", ""}); return;
        default:
            builder.open_document(path);
            append_condition(random, builder, "x", 1);
            if (chance(random, 40)) append_condition(random, builder, "y", 1);
            builder.close();
    }
}

void append_bit(RandomBson& random, bson::Builder& builder, std::string_view path) {
    if (chance(random, 4)) {
        append_value(random, builder, path, 1);
        return;
    }
    constexpr std::string_view names[] = {"and", "or", "xor"};
    builder.open_document(path);
    for (auto n = chance(random, 4) ? 0 : 1 + (chance(random, 10) ? 1 : 0); n > 0; --n) {
        if (chance(random, 8)) append_number(random, builder, pick(random, names));
        else if (chance(random, 50)) builder.append(pick(random, names), static_cast<std::int32_t>(random.below(16)));
        else builder.append(pick(random, names), static_cast<std::int64_t>(random.below(16)));
    }
    builder.close();
}

void append_operand(RandomBson& random, bson::Builder& builder, std::string_view op, const std::string& path) {
    if (op == "$inc" || op == "$mul") {
        if (chance(random, 4)) append_value(random, builder, path, 1);
        else append_number(random, builder, path);
    } else if (op == "$unset") {
        builder.append(path, "");
    } else if (op == "$rename") {
        if (chance(random, 4)) append_value(random, builder, path, 0);
        else builder.append(path, random_path(random));
    } else if (op == "$pop") {
        if (chance(random, 8)) append_value(random, builder, path, 0);
        else builder.append(path, chance(random, 50) ? 1 : -1);
    } else if (op == "$push" || op == "$addToSet") {
        if (chance(random, 55)) append_each(random, builder, path, op == "$push");
        else append_value(random, builder, path, 2);
    } else if (op == "$pullAll") {
        if (chance(random, 5)) append_value(random, builder, path, 1);
        else append_array(random, builder, path, 1);
    } else if (op == "$pull") {
        append_pull(random, builder, path);
    } else if (op == "$bit") {
        append_bit(random, builder, path);
    } else {
        append_value(random, builder, path, 2);
    }
}

bson::Document array_filter(RandomBson& random, const std::string& name) {
    bson::Builder builder;
    if (chance(random, 8)) {
        builder.open_array(chance(random, 60) ? "$or" : "$and").push_document();
        append_condition(random, builder, name, 1);
        builder.close().push_document();
        append_condition(random, builder, chance(random, 85) ? name + ".x" : "k", 1);
        builder.close().close();
        return builder.take();
    }
    append_condition(random, builder, chance(random, 60) ? name : name + (chance(random, 60) ? ".x" : ".0"), 1);
    if (chance(random, 15)) append_condition(random, builder, name + ".y", 1);
    return builder.take();
}

}  // namespace

RandomUpdate random_update(RandomBson& random) {
    constexpr std::string_view operators[] = {"$set", "$set", "$set", "$inc", "$inc", "$mul", "$min", "$max", "$unset", "$rename", "$setOnInsert",
                                              "$push", "$push", "$addToSet", "$pop", "$pull", "$pull", "$pullAll", "$bit"};
    RandomUpdate             made;
    std::vector<std::string> names;
    bson::Builder            builder;
    std::vector<std::string_view> used;
    for (auto n = chance(random, 2) ? 0 : 1 + (chance(random, 30) ? 1 : 0) + (chance(random, 10) ? 1 : 0); n > 0; --n) {
        auto op = pick(random, operators);
        if (std::find(used.begin(), used.end(), op) != used.end()) continue;
        used.push_back(op);
        if (chance(random, 1)) {
            append_value(random, builder, chance(random, 50) ? std::string_view("$foo") : op, 1);
            continue;
        }
        builder.open_document(op);
        for (auto paths = chance(random, 3) ? 0 : 1 + (chance(random, 25) ? 1 : 0); paths > 0; --paths) {
            const auto path = update_path(random, names);
            append_operand(random, builder, op, path);
        }
        builder.close();
    }
    made.update = builder.take();
    std::vector<std::string> filtered;
    for (const auto& name : names) {
        if (chance(random, 4) || (std::find(filtered.begin(), filtered.end(), name) != filtered.end() && !chance(random, 2))) continue;
        made.array_filters.push_back(array_filter(random, name));
        filtered.push_back(name);
    }
    if (chance(random, 1)) made.array_filters.push_back(array_filter(random, chance(random, 50) ? "i" : "K"));
    return made;
}

bson::Document random_projection(RandomBson& random) {
    bson::Builder builder;
    const bool    including = chance(random, 50);
    if (chance(random, 20)) builder.append("_id", chance(random, 50) ? 0 : 1);
    std::vector<std::string> used{"_id"};
    for (auto n = 1 + random.below(3); n > 0; --n) {
        auto path = random_path(random);
        // Of a path that stands twice, with an operator, a server names another fault than the collision.
        if (const auto root = path.substr(0, path.find('.')); std::find(used.begin(), used.end(), root) != used.end()) continue;
        else used.push_back(root);
        switch (random.below(12)) {
            case 0: {
                builder.open_document(path);
                if (chance(random, 50)) {
                    builder.append("$slice", static_cast<std::int32_t>(random.below(7)) - 3);
                } else {
                    builder.open_array("$slice").push(static_cast<std::int32_t>(random.below(7)) - 3).push(static_cast<std::int32_t>(1 + random.below(3)));
                    builder.close();
                }
                builder.close();
                break;
            }
            case 1: {
                builder.open_document(path);
                if (chance(random, 50)) builder.append("$elemMatch", random_operators(random, 1));
                else {
                    builder.open_document("$elemMatch");
                    append_condition(random, builder, "x", 1);
                    builder.close();
                }
                builder.close();
                break;
            }
            case 2:
                builder.open_document(path).append(chance(random, 50) ? "x" : "y.x", including ? 1 : 0).close();
                break;
            case 3:
                if (including) append_expression(random, builder, path, 2);
                break;
            case 4:
                if (including && chance(random, 40)) builder.append(path + ".$", 1);
                else if (chance(random, 30)) append_value(random, builder, path, 1);
                break;
            case 5: builder.append(path, including); break;
            case 6: append_number(random, builder, path); break;
            default: builder.append(path, including ? 1 : 0);
        }
    }
    return builder.take();
}

bson::Document random_sort(RandomBson& random, bool partial) {
    bson::Builder builder;
    for (auto n = random.below(3); n > 0; --n) {
        const auto path = random_path(random);
        if (path == "_id" || path.starts_with("_id.")) continue;  // twice the same key is refused
        if (chance(random, 2)) append_value(random, builder, path, 1);
        else builder.append(path, chance(random, 50) ? 1 : -1);
    }
    if (!partial) builder.append("_id", chance(random, 50) ? 1 : -1);
    return builder.take();
}

}  // namespace tenon::differential
