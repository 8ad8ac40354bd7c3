#include "unit/mql/match_rows.hpp"

using namespace tenon;
using test::json;

TEST_CASE("a filter that MongoDB refuses is refused with its code") {
    struct Row {
        std::string filter;
        int         code;
    };
    const Row rows[] = {
        {R"({"$foo":1})", 2},
        {R"({"$":1})", 2},
        {R"({"$not":{"a":1}})", 2},
        {R"({"$gt":1})", 2},
        {R"({"$options":"i"})", 2},
        {R"({"$regex":"a"})", 2},
        {R"({"$near":[0,0]})", 2},
        {R"({"$atomic":1})", 2},
        {R"({"$and":[]})", 2},
        {R"({"$and":5})", 2},
        {R"({"$and":[5]})", 2},
        {R"({"$or":[]})", 2},
        {R"({"$or":{}})", 2},
        {R"({"$nor":[]})", 2},
        {R"({"$nor":[[]]})", 2},
        {R"({"$alwaysTrue":2})", 9},
        {R"({"$alwaysTrue":true})", 9},
        {R"({"$alwaysFalse":"x"})", 9},
        {R"({"$alwaysTrue":1.5})", 9},
        {R"({"$expr":{"$foo":1}})", 168},
        {R"({"a":{"$foo":1}})", 2},
        {R"({"a":{"$gt":1,"b":1}})", 2},
        {R"({"a":{"$comment":"x"}})", 2},
        {R"({"a":{"$where":"x"}})", 2},
        {R"({"a":{"$and":[]}})", 2},
        {R"({"a":{"$expr":true}})", 2},
        {R"({"a":{"$text":1}})", 2},
        {R"({"a":{"$jsonSchema":{}}})", 2},
        {R"({"a":{"$maxDistance":1}})", 2},
        {R"({"a":{"$ref":1}})", 2},
        {R"({"a":{"$id":1}})", 2},
        {R"({"a":{"$undefined":true}})", 2},
        {R"({"a":{"$eq":{"$undefined":true}}})", 2},
        {R"({"a":{"$gt":{"$undefined":true}}})", 2},
        {R"({"a":{"$gt":{"$regularExpression":{"pattern":"a","options":""}}}})", 2},
        {R"({"a":{"$ne":{"$undefined":true}}})", 2},
        {R"({"a":{"$ne":{"$regularExpression":{"pattern":"a","options":""}}}})", 2},
        {R"({"a":{"$in":5}})", 2},
        {R"({"a":{"$in":{}}})", 2},
        {R"({"a":{"$in":[{"$gt":1}]}})", 2},
        {R"({"a":{"$in":[{"$ref":1}]}})", 2},
        {R"({"a":{"$in":[{"$undefined":true}]}})", 2},
        {R"({"a":{"$in":[{"$regularExpression":{"pattern":"(","options":""}}]}})", 51091},
        {R"({"a":{"$nin":5}})", 2},
        {R"({"a":{"$nin":[{"$gt":1}]}})", 2},
        {R"({"a":{"$all":5}})", 2},
        {R"({"a":{"$all":{}}})", 2},
        {R"({"a":{"$all":[{"$gt":1}]}})", 2},
        {R"({"a":{"$all":[{"$elemMatch":{"b":1}},5]}})", 2},
        {R"({"a":{"$all":[{"$elemMatch":{"b":1}},{"$gt":1}]}})", 2},
        {R"({"a":{"$all":[5,{"$elemMatch":{"b":1}}]}})", 2},
        {R"({"a":{"$all":[{"$undefined":true}]}})", 2},
        {R"({"a":{"$elemMatch":5}})", 2},
        {R"({"a":{"$elemMatch":[]}})", 2},
        {R"({"a":{"$elemMatch":{"$foo":1}}})", 2},
        {R"({"a":{"$elemMatch":{"$and":[]}}})", 2},
        {R"({"a":{"$elemMatch":{"$where":"x"}}})", 2},
        {R"({"a":{"$elemMatch":{"$expr":true}}})", 2},
        {R"({"a":{"$elemMatch":{"$text":{"$search":"x"}}}})", 2},
        {R"({"a":{"$elemMatch":{"$gt":1,"b":2}}})", 2},
        {R"({"a":{"$elemMatch":{"b":2,"$gt":1}}})", 2},
        {R"({"a":{"$elemMatch":{"b":{"$foo":1}}}})", 2},
        {R"({"a":{"$elemMatch":{"$or":[{"$expr":true}]}}})", 2},
        {R"({"a":{"$not":5}})", 2},
        {R"({"a":{"$not":{}}})", 2},
        {R"({"a":{"$not":{"b":1}}})", 2},
        {R"({"a":{"$not":{"$comment":1}}})", 2},
        {R"({"a":{"$not":{"$foo":1}}})", 2},
        {R"({"a":{"$not":{"$regularExpression":{"pattern":"(","options":""}}}})", 51091},
        {R"({"a":{"$size":-1}})", 2},
        {R"({"a":{"$size":3.5}})", 2},
        {R"({"a":{"$size":"3"}})", 2},
        {R"({"a":{"$size":{"$numberDouble":"NaN"}}})", 2},
        {R"({"a":{"$size":{"$numberDecimal":"3.5"}}})", 2},
        {R"({"a":{"$size":null}})", 2},
        {R"({"a":{"$size":1099511627776}})", 2},
        {R"({"a":{"$size":{"$numberDouble":"1e30"}}})", 2},
        {R"({"a":{"$type":0}})", 2},
        {R"({"a":{"$type":6.5}})", 2},
        {R"({"a":{"$type":-2}})", 2},
        {R"({"a":{"$type":20}})", 2},
        {R"({"a":{"$type":255}})", 2},
        {R"({"a":{"$type":"eoo"}})", 2},
        {R"({"a":{"$type":"missing"}})", 2},
        {R"({"a":{"$type":"Number"}})", 2},
        {R"({"a":{"$type":[]}})", 9},
        {R"({"a":{"$type":{"a":1}}})", 14},
        {R"({"a":{"$type":null}})", 14},
        {R"({"a":{"$type":true}})", 14},
        {R"({"a":{"$type":["int",[1]]}})", 14},
        {R"({"a":{"$type":["int","xx"]}})", 2},
        {R"({"a":{"$mod":4}})", 2},
        {R"({"a":{"$mod":[]}})", 2},
        {R"({"a":{"$mod":[4]}})", 2},
        {R"({"a":{"$mod":[4,3,2]}})", 2},
        {R"({"a":{"$mod":["a",1]}})", 2},
        {R"({"a":{"$mod":[4,"a"]}})", 2},
        {R"({"a":{"$mod":[0,1]}})", 2},
        {R"({"a":{"$mod":[0.5,1]}})", 2},
        {R"({"a":{"$mod":[{"$numberDouble":"NaN"},1]}})", 2},
        {R"({"a":{"$mod":[4,{"$numberDouble":"NaN"}]}})", 2},
        {R"({"a":{"$mod":[{"$numberDouble":"1e30"},1]}})", 2},
        {R"({"a":{"$mod":[4,null]}})", 2},
        {R"({"a":{"$mod":{}}})", 2},
        {R"({"a":{"$bitsAllSet":-1}})", 9},
        {R"({"a":{"$bitsAllSet":3.5}})", 9},
        {R"({"a":{"$bitsAllSet":"x"}})", 2},
        {R"({"a":{"$bitsAllSet":[1.5]}})", 2},
        {R"({"a":{"$bitsAllSet":[-1]}})", 2},
        {R"({"a":{"$bitsAllSet":["a"]}})", 2},
        {R"({"a":{"$bitsAllSet":[2147483648]}})", 2},
        {R"({"a":{"$bitsAllSet":{"$numberDouble":"1e19"}}})", 9},
        {R"({"a":{"$bitsAllSet":{"$numberDouble":"NaN"}}})", 9},
        {R"({"a":{"$bitsAllSet":{"$numberDecimal":"3.5"}}})", 9},
        {R"({"a":{"$bitsAllSet":null}})", 2},
        {R"({"a":{"$bitsAllSet":{}}})", 2},
        {R"({"a":{"$bitsAllSet":true}})", 2},
        {R"({"a":{"$bitsAnyClear":[true]}})", 2},
        {R"({"a":{"$bitsAnyClear":-1}})", 9},
        {R"({"a":{"$regex":5}})", 2},
        {R"({"a":{"$regex":"("}})", 51091},
        {R"({"a":{"$regex":"a\u0000b"}})", 2},
        {R"({"a":{"$regex":null}})", 2},
        {R"({"a":{"$regex":"a","$options":5}})", 2},
        {R"({"a":{"$options":"i"}})", 2},
        {R"({"a":{"$regex":"a","$options":"z"}})", 51108},
        {R"({"a":{"$regex":{"$regularExpression":{"pattern":"a","options":"i"}},"$options":"m"}})", 51075},
        {R"({"a":{"$options":"m","$regex":{"$regularExpression":{"pattern":"a","options":"i"}}}})", 51074},
        {R"({"a":{"$regularExpression":{"pattern":"a","options":"l"}}})", 51108},
        {R"({"a":{"$regularExpression":{"pattern":"*","options":""}}})", 51091},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto filter = mql::Filter::parse(json(row.filter));
        REQUIRE_FALSE(filter.has_value());
        CHECK(filter.error().code == Errc::invalid_argument);
        CHECK(filter.error().server.code == row.code);
    }
}

TEST_CASE("what the embedded engine leaves out is unsupported and named") {
    struct Row {
        std::string filter;
        const char* name;
    };
    const Row rows[] = {
        {R"({"$where":"this.a"})", "$where"},
        {R"({"$or":[{"$where":"this.a"}]})", "$where"},
        {R"({"$text":{"$search":"x"}})", "$text"},
        {R"({"$jsonSchema":{}})", "$jsonSchema"},
        {R"({"$sampleRate":0.5})", "$sampleRate"},
        {R"({"a":{"$near":[0,0]}})", "$near"},
        {R"({"a":{"$nearSphere":[0,0]}})", "$nearSphere"},
        {R"({"a":{"$geoWithin":{"$box":[[0,0],[1,1]]}}})", "$geoWithin"},
        {R"({"a":{"$geoIntersects":{}}})", "$geoIntersects"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto filter = mql::Filter::parse(json(row.filter));
        REQUIRE_FALSE(filter.has_value());
        CHECK(filter.error().code == Errc::unsupported);
        CHECK(filter.error().message.find(row.name) != std::string::npos);
    }
}

TEST_CASE("an error names the field, the operator and MongoDB's code, and no value") {
    const auto filter = mql::Filter::parse(json(R"({"address.zip":{"$foo":"secret"}})"));
    REQUIRE_FALSE(filter.has_value());
    CHECK(filter.error().path == "address.zip");
    CHECK(filter.error().message == "unknown operator: $foo");
    CHECK(filter.error().server.name == "BadValue");
    const auto pattern = mql::Filter::parse(json(R"({"a":{"$regex":"secret("}})"));
    REQUIRE_FALSE(pattern.has_value());
    CHECK(pattern.error().server.name == "Location51091");
    CHECK(pattern.error().message.find("secret") == std::string::npos);
}
