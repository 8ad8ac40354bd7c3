#include <doctest/doctest.h>

#include "json.hpp"
#include "repository/database_pipelines.hpp"

using tenon::Aggregate;
using tenon::ModelInfo;

TEST_CASE("a stage that reaches a collection past its model's rules is named") {
    ModelInfo soft;
    soft.collection  = "soft";
    soft.soft_delete = tenon::SoftDeleteInfo{};
    ModelInfo versioned;
    versioned.collection = "versioned";
    versioned.version    = "version";
    ModelInfo plain;
    plain.collection = "plain";

    struct Row {
        const char* stage;
        const char* refused;  // empty: passes
    };
    const Row rows[] = {
        {R"({"$match":{"a":1}})", ""},
        {R"({"$lookup":{"from":"plain","localField":"a","foreignField":"b","as":"c"}})", ""},
        {R"({"$lookup":{"from":"versioned","as":"c"}})", ""},
        {R"({"$lookup":{"from":"soft","as":"c"}})", "$lookup"},
        {R"({"$lookup":{"from":{"db":"x","coll":"soft"},"as":"c"}})", "$lookup"},
        {R"({"$lookup":{"from":"plain","pipeline":[{"$unionWith":"soft"}],"as":"c"}})", "$lookup"},
        {R"({"$lookup":{"pipeline":[{"$documents":[]}],"as":"c"}})", ""},
        {R"({"$lookup":{"as":"c"}})", "$lookup"},
        {R"({"$unionWith":"soft"})", "$unionWith"},
        {R"({"$unionWith":{"coll":"soft"}})", "$unionWith"},
        {R"({"$unionWith":"plain"})", ""},
        {R"({"$graphLookup":{"from":"soft"}})", "$graphLookup"},
        {R"({"$graphLookup":{"from":"plain"}})", ""},
        {R"({"$facet":{"x":[{"$count":"n"}],"y":[{"$lookup":{"from":"soft"}}]}})", "$facet"},
        {R"({"$facet":{"x":[{"$count":"n"}]}})", ""},
        {R"({"$out":"soft"})", "$out"},
        {R"({"$out":{"db":"x","coll":"versioned"}})", "$out"},
        {R"({"$out":"plain"})", ""},
        {R"({"$merge":"soft"})", "$merge"},
        {R"({"$merge":{"into":{"db":"x","coll":"soft"}}})", "$merge"},
        {R"({"$merge":{"into":"plain","on":"_id"}})", ""},
        {R"({"$merge":5})", "$merge"},
        {R"({"$newStage":{}})", "$newStage"},
    };
    tenon::detail::DatabaseState rules(nullptr);
    for (const auto* model : {&soft, &versioned, &plain}) rules.know(*model);
    tenon::detail::DatabaseState none(nullptr);
    none.know(plain);
    for (const auto& row : rows) {
        CAPTURE(row.stage);
        Aggregate aggregate;
        aggregate.pipeline.push_back(parsed(R"({"$limit":1})"));
        aggregate.pipeline.push_back(parsed(row.stage));
        CHECK(stage_past_rules(rules, aggregate).value_or("") == row.refused);
        CHECK(!stage_past_rules(none, aggregate).has_value());
    }
}
