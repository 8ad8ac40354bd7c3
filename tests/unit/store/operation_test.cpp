#include <doctest/doctest.h>

#include <tenon/store/operation.hpp>
#include <tenon/store/store.hpp>

using namespace tenon;  // NOLINT(google-build-using-namespace): a test of the whole header

TEST_CASE("each verb has the name that logs write, and is known as a read or a write") {
    struct Row {
        Operation   operation;
        const char* name;
        bool        write;
    };
    Row rows[] = {
        {Find{}, "find", false},
        {Insert{}, "insert", true},
        {Update{}, "update", true},
        {Replace{}, "replace", true},
        {Delete{}, "delete", true},
        {Restore{}, "restore", true},
        {FindAndModify{}, "find_and_modify", true},
        {Count{}, "count", false},
        {EstimatedCount{}, "estimated_count", false},
        {Distinct{}, "distinct", false},
        {Aggregate{}, "aggregate", false},
        {BulkWrite{}, "bulk_write", true},
        {Explain{}, "explain", false},
        {CreateIndexes{}, "create_indexes", true},
        {ListIndexes{}, "list_indexes", false},
        {DropIndexes{}, "drop_indexes", true},
        {HideIndex{}, "hide_index", true},
        {CreateCollection{}, "create_collection", true},
        {DropCollection{}, "drop_collection", true},
        {ListCollections{}, "list_collections", false},
        {Watch{}, "watch", false},
        {Command{}, "command", true},
        {ShardCollection{}, "shard_collection", true},
    };
    CHECK(std::size(rows) == std::variant_size_v<Operation::variant>);
    for (auto& row : rows) {
        CAPTURE(row.name);
        CHECK(verb(row.operation) == row.name);
        CHECK(is_write(row.operation) == row.write);
        Request request{.collection = "orders", .operation = std::move(row.operation)};
        CHECK(where(request) == std::string("orders.") + row.name);
    }
    CHECK(where(Request{.operation = ListCollections{}}) == "list_collections");
}

TEST_CASE("a pipeline that ends in $out or $merge is a write") {
    Aggregate read{{bson::doc("$match", bson::doc("a", 1))}};
    Aggregate out{{bson::doc("$match", bson::doc("a", 1)), bson::doc("$out", "copy")}};
    Aggregate merge{{bson::doc("$merge", bson::doc("into", "copy"))}};
    CHECK(!is_write(std::move(read)));
    CHECK(is_write(std::move(out)));
    CHECK(is_write(std::move(merge)));
}

TEST_CASE("an index without a name is called by its keys, as MongoDB does") {
    CHECK(IndexSpec{.keys = bson::doc("a", 1)}.effective_name() == "a_1");
    CHECK(IndexSpec{.keys = bson::doc("a.b", 1, "c", -1)}.effective_name() == "a.b_1_c_-1");
    CHECK(IndexSpec{.keys = bson::doc("a", 1.0, "b", std::int64_t{-1})}.effective_name() == "a_1_b_-1");
    CHECK(IndexSpec{.keys = bson::doc("t", "text")}.effective_name() == "t_text");
    CHECK(IndexSpec{.keys = bson::doc("a", 1), .name = "mine"}.effective_name() == "mine");
}
