// Rows are what a MongoDB 6.0 server computed from the same document.
#include <string>
#include <vector>

#include "unit/mql/expression_rows.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("expressions of every kind") {
    const Row rows[] = {
        {R"({"$or":["$d",""]})", R"({"v":true})", 0},
        {R"({"$or":["$d","$dec"]})", R"({"v":true})", 0},
        {R"({"$or":["$d",[1]]})", R"({"v":true})", 0},
        {R"({"$or":["$d",0]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$i"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$s"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$a"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$n"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$nope"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","l"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",-2]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",1.0]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",1.5]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",""]})", R"({"v":true})", 0},
        {R"({"$or":["$dec","$dec"]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",[1]]})", R"({"v":true})", 0},
        {R"({"$or":["$dec",0]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$i"]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$s"]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$a"]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$n"]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$nope"]})", R"({"v":true})", 0},
        {R"({"$or":["$e","l"]})", R"({"v":true})", 0},
        {R"({"$or":["$e",-2]})", R"({"v":true})", 0},
        {R"({"$or":["$e",1.0]})", R"({"v":true})", 0},
        {R"({"$or":["$e",1.5]})", R"({"v":true})", 0},
        {R"({"$or":["$e",""]})", R"({"v":true})", 0},
        {R"({"$or":["$e","$dec"]})", R"({"v":true})", 0},
        {R"({"$or":["$e",[1]]})", R"({"v":true})", 0},
        {R"({"$or":["$e",0]})", R"({"v":true})", 0},
        {R"({"$or":[0,"$i"]})", R"({"v":true})", 0},
        {R"({"$or":[0,"$s"]})", R"({"v":true})", 0},
        {R"({"$or":[0,"$a"]})", R"({"v":true})", 0},
        {R"({"$or":[0,"$n"]})", R"({"v":false})", 0},
        {R"({"$or":[0,"$nope"]})", R"({"v":false})", 0},
        {R"({"$or":[0,"l"]})", R"({"v":true})", 0},
        {R"({"$or":[0,-2]})", R"({"v":true})", 0},
        {R"({"$or":[0,1.0]})", R"({"v":true})", 0},
        {R"({"$or":[0,1.5]})", R"({"v":true})", 0},
        {R"({"$or":[0,""]})", R"({"v":true})", 0},
        {R"({"$or":[0,"$dec"]})", R"({"v":true})", 0},
        {R"({"$or":[0,[1]]})", R"({"v":true})", 0},
        {R"({"$or":[0,0]})", R"({"v":false})", 0},
        {R"({"$sum":["$i","$l","$d"]})", R"({"v":9007199254741000.0})", 0},
        {R"({"$add":[0.1,0.2,0.3]})", R"({"v":0.6})", 0},
        {R"({"$sum":["$i","$im","$im"]})", R"({"v":{"$numberLong":"4294967299"}})", 0},
        {R"({"$add":["$im","$im"]})", R"({"v":{"$numberLong":"4294967294"}})", 0},
        {R"({"$add":["$dec",0.1]})", R"({"v":{"$numberDecimal":"1.600000000000000005551115123125783"}})", 0},
        {R"({"$multiply":["$dec",0.1]})", R"({"v":{"$numberDecimal":"0.15000000000000000"}})", 0},
        {R"({"$multiply":["$im",2]})", R"({"v":{"$numberLong":"4294967294"}})", 0},
        {R"({"$multiply":["$big",2,"$dec"]})", R"({"v":{"$numberDecimal":"27670116110564327421.00"}})", 0},
        {R"({"$avg":["$i","$l"]})", R"({"v":4503599627370499.0})", 0},
        {R"({"$avg":["$dec",1]})", R"({"v":{"$numberDecimal":"1.25"}})", 0},
        {R"({"$avg":[1,2,"$dec"]})", R"({"v":{"$numberDecimal":"1.50"}})", 0},
        {R"({"$substrBytes":["$s",0,1]})", R"({"v":"h"})", 0},
        {R"({"$substrBytes":["$s",1,1]})", nullptr, 28657},
        {R"({"$substrBytes":["$s",2,1]})", nullptr, 28656},
        {R"({"$substrBytes":["$s",0,2]})", nullptr, 28657},
        {R"({"$substrBytes":["$s",0,3]})", R"({"v":"hé"})", 0},
        {R"({"$substrBytes":["$s",-1,3]})", nullptr, 50752},
        {R"({"$substrBytes":["$s",1,-1]})", R"({"v":"éllo"})", 0},
        {R"({"$substrBytes":["$s",10,3]})", R"({"v":""})", 0},
        {R"({"$substrBytes":["$i",0,1]})", R"({"v":"5"})", 0},
        {R"({"$substrBytes":["$a",0,1]})", nullptr, 16007},
        {R"({"$substrBytes":["$s","x",1]})", nullptr, 16034},
        {R"({"$substrBytes":["$s",1,"x"]})", nullptr, 16035},
        {R"({"$substr":["$s",0,-1]})", R"({"v":"héllo"})", 0},
        {R"({"$substrCP":["$s",1,1]})", R"({"v":"é"})", 0},
        {R"({"$substrCP":["$s",1,100]})", R"({"v":"éllo"})", 0},
        {R"({"$substrCP":["$s",-1,100]})", nullptr, 34455},
        {R"({"$substrCP":["$s",1,-1]})", nullptr, 34454},
        {R"({"$substrCP":["$s",1.5,1]})", nullptr, 34451},
        {R"({"$toLower":0.12345678901})", R"({"v":"0.123457"})", 0},
        {R"({"$toUpper":9007199254740992.0})", R"({"v":"9.0072E+15"})", 0},
        {R"({"$substrBytes":[{"$numberDouble":"-0.0"},0,9]})", R"({"v":"-0"})", 0},
        {R"({"$substrCP":["$n",1,1]})", R"({"v":""})", 0},
        {R"({"$substrCP":["$s","x",1]})", nullptr, 34450},
        {R"({"$indexOfBytes":["$s","l",3]})", R"({"v":3})", 0},
        {R"({"$indexOfBytes":["$s","l",0,3]})", R"({"v":-1})", 0},
        {R"({"$indexOfBytes":["$s","l",5,3]})", R"({"v":-1})", 0},
        {R"({"$indexOfBytes":["$s","l",-1]})", nullptr, 40097},
        {R"({"$indexOfBytes":["$s","l",1.5]})", nullptr, 40096},
        {R"({"$indexOfBytes":["$s","l","x"]})", nullptr, 40096},
        {R"({"$indexOfCP":["$s","l",2,3]})", R"({"v":2})", 0},
        {R"({"$indexOfBytes":["$s","",6]})", R"({"v":6})", 0},
        {R"({"$indexOfBytes":["$s","",7]})", R"({"v":-1})", 0},
        {R"({"$indexOfCP":["$s","",5]})", R"({"v":-1})", 0},
        {R"({"$indexOfCP":["$s","",6]})", R"({"v":-1})", 0},
        {R"({"$trim":{"input":"  x \n "}})", R"({"v":"x"})", 0},
        {R"({"$trim":{"input":"xxaxx","chars":"x"}})", R"({"v":"a"})", 0},
        {R"({"$ltrim":{"input":"xyaxy","chars":"yx"}})", R"({"v":"axy"})", 0},
        {R"({"$rtrim":{"input":"xyaxy","chars":"yx"}})", R"({"v":"xya"})", 0},
        {R"({"$trim":{"input":"$n"}})", R"({"v":null})", 0},
        {R"({"$trim":{"input":"a","chars":"$n"}})", R"({"v":null})", 0},
        {R"({"$trim":{"input":1}})", nullptr, 50699},
        {R"({"$trim":{"input":"a","chars":1}})", nullptr, 50700},
        {R"({"$trim":{"foo":1}})", nullptr, 50694},
        {R"({"$trim":{"chars":"a"}})", nullptr, 50695},
        {R"({"$trim":"a"})", nullptr, 50696},
        {R"({"$cond":[true,1,2]})", R"({"v":1})", 0},
        {R"({"$cond":{"if":"$n","then":1,"else":2}})", R"({"v":2})", 0},
        {R"({"$cond":{"if":1,"then":1}})", nullptr, 17082},
        {R"({"$cond":{"if":1,"else":1}})", nullptr, 17081},
        {R"({"$cond":{"then":1,"else":1}})", nullptr, 17080},
        {R"({"$cond":{"if":1,"then":1,"else":1,"x":1}})", nullptr, 17083},
        {R"({"$cond":[1]})", nullptr, 16020},
        {R"({"$cond":1})", nullptr, 16020},
        {R"({"$ifNull":[1]})", nullptr, 1257300},
        {R"({"$ifNull":["$n","$nope",4]})", R"({"v":4})", 0},
        {R"({"$ifNull":["$n","$nope"]})", R"({})", 0},
        {R"({"$switch":{"branches":[{"case":"$n","then":1},{"case":true,"then":2}]}})", R"({"v":2})", 0},
        {R"({"$switch":{"branches":[{"case":false,"then":1}],"default":"d"}})", R"({"v":"d"})", 0},
        {R"({"$switch":{"branches":[]}})", nullptr, 40068},
        {R"({"$switch":{"branches":1}})", nullptr, 40061},
        {R"({"$switch":{"x":1}})", nullptr, 40067},
        {R"({"$switch":{"branches":[{"case":1}]}})", nullptr, 40065},
        {R"({"$switch":{"branches":[{"then":1}]}})", nullptr, 40064},
        {R"({"$switch":{"branches":[{"then":1,"case":1,"x":1}]}})", nullptr, 40063},
        {R"({"$switch":{"branches":[1]}})", nullptr, 40062},
        {R"({"$switch":1})", nullptr, 40060},
        {R"({"$map":{"input":"$a","in":{"$add":["$$this",1]}}})", R"({"v":[2,3,4]})", 0},
        {R"({"$map":{"input":"$a","as":"q","in":"$$q"}})", R"({"v":[1,2,3]})", 0},
        {R"({"$map":{"input":"$o.y","as":"q","in":"$$q.z"}})", R"({"v":[1,2]})", 0},
        {R"({"$map":{"input":"$n","in":1}})", R"({"v":null})", 0},
        {R"({"$map":{"input":1,"in":1}})", nullptr, 16883},
        {R"({"$map":{"in":1}})", nullptr, 16880},
        {R"({"$map":{"input":[1]}})", nullptr, 16882},
        {R"({"$map":{"input":[1],"in":1,"x":1}})", nullptr, 16879},
        {R"({"$map":1})", nullptr, 16878},
        {R"({"$map":{"input":"$a","as":"Q","in":"$$Q"}})", nullptr, 9},
        {R"({"$map":{"input":"$a","as":"","in":1}})", nullptr, 9},
        {R"({"$filter":{"input":"$a","cond":{"$gt":["$$this",1]}}})", R"({"v":[2,3]})", 0},
        {R"({"$filter":{"input":"$a","as":"x","cond":{"$gt":["$$x",1]}}})", R"({"v":[2,3]})", 0},
        {R"({"$filter":{"input":"$n","cond":1}})", R"({"v":null})", 0},
        {R"({"$filter":{"input":1,"cond":1}})", nullptr, 28651},
        {R"({"$filter":{"cond":1}})", nullptr, 28648},
        {R"({"$filter":{"input":[1]}})", nullptr, 28650},
        {R"({"$filter":{"input":[1],"cond":1,"y":1}})", nullptr, 28647},
        {R"({"$filter":1})", nullptr, 28646},
        {R"({"$reduce":{"input":"$a","initialValue":0,"in":{"$add":["$$value","$$this"]}}})", R"({"v":6})", 0},
        {R"({"$reduce":{"input":"$n","initialValue":0,"in":1}})", R"({"v":null})", 0},
        {R"({"$reduce":{"input":1,"initialValue":0,"in":1}})", nullptr, 40080},
        {R"({"$reduce":{"input":"$a","initialValue":0}})", nullptr, 40079},
        {R"({"$reduce":{"input":"$a","in":0}})", nullptr, 40078},
        {R"({"$reduce":{"initialValue":"$a","in":0}})", nullptr, 40077},
        {R"({"$reduce":{"input":"$a","initialValue":0,"in":1,"x":1}})", nullptr, 40076},
        {R"({"$reduce":1})", nullptr, 40075},
        {R"({"$let":{"vars":{"q":5},"in":{"$add":["$$q",1]}}})", R"({"v":6})", 0},
        {R"({"$let":{"vars":{"q":"$o"},"in":"$$q.y.z"}})", R"({"v":[1,2]})", 0},
        {R"({"$let":{"vars":{"Q":1},"in":1}})", nullptr, 9},
        {R"({"$let":{"in":1}})", nullptr, 16876},
        {R"({"$let":{"vars":{}}})", nullptr, 16877},
        {R"({"$let":{"vars":1,"in":1}})", nullptr, 10065},
        {R"({"$let":1})", nullptr, 16874},
        {R"("$$nope")", nullptr, 17276},
        {R"("$$ROOT.o.y.z")", R"({"v":[1,2]})", 0},
        {R"("$$CURRENT.i")", R"({"v":5})", 0},
        {R"("$o.y.z")", R"({"v":[1,2]})", 0},
        {R"("$aa.x")", R"({"v":[]})", 0},
        {R"("$o.nope")", R"({})", 0},
        {R"("$")", nullptr, 16872},
        {R"("$.")", nullptr, 40353},
        {R"("$a.")", nullptr, 40353},
        {R"("$a..b")", nullptr, 15998},
        {R"("$a.$b")", nullptr, 16410},
        {R"("$$")", nullptr, 9},
        {R"("$$REMOVE")", R"({})", 0},
        {R"([1,"$nope",{"a":"$nope"}])", R"({"v":[1,null,{}]})", 0},
        {R"({"$literal":{"$add":[1]}})", R"({"v":{"$add":[1]}})", 0},
        {R"({"$eq":[1]})", nullptr, 16020},
        {R"({"$eq":1})", nullptr, 16020},
        {R"({"$not":[1,2]})", nullptr, 16020},
        {R"({"$slice":["$a",1]})", R"({"v":[1]})", 0},
        {R"({"$slice":["$a",-1]})", R"({"v":[3]})", 0},
        {R"({"$slice":["$a",1,1]})", R"({"v":[2]})", 0},
        {R"({"$slice":["$a",-2,1]})", R"({"v":[2]})", 0},
        {R"({"$slice":["$a",1,0]})", nullptr, 28729},
        {R"({"$slice":["$a",1,-1]})", nullptr, 28729},
        {R"({"$slice":["$a","x"]})", nullptr, 28725},
        {R"({"$slice":["$a",1.5]})", nullptr, 28726},
        {R"({"$slice":["$a",1,"x"]})", nullptr, 28727},
        {R"({"$slice":["$a",1,1.5]})", nullptr, 28728},
        {R"({"$slice":["$n",1]})", R"({"v":null})", 0},
        {R"({"$slice":["$a","$n"]})", R"({"v":null})", 0},
        {R"({"$slice":["$a",10,1]})", R"({"v":[]})", 0},
        {R"({"$slice":["$a",-10,2]})", R"({"v":[1,2]})", 0},
        {R"({"$slice":["$a",1,2,3]})", nullptr, 28667},
        {R"({"$mergeObjects":["$o",{"x":5,"k":1}]})", R"({"v":{"x":5,"y":[{"z":1},{"z":2}],"k":1}})", 0},
        {R"({"$setUnion":[[2,1],[3,1,1]]})", R"({"v":[1,2,3]})", 0},
        {R"({"$setIntersection":[[3,2,1,1],[1,1.0,2]]})", R"({"v":[1,2]})", 0},
        {R"({"$setDifference":[[3,2,1,1],[2]]})", R"({"v":[3,1]})", 0},
        {R"({"$cmp":["$nope",null]})", R"({"v":-1})", 0},
        {R"({"$eq":["$nope",null]})", R"({"v":false})", 0},
        {R"({"$gt":["$nope",null]})", R"({"v":false})", 0},
        {R"({"$lt":["$nope",{"$minKey":1}]})", R"({"v":false})", 0},
        {R"({"$ceil":{"$numberDecimal":"1E+50"}})", R"({"v":{"$numberDecimal":"NaN"}})", 0},
        {R"({"$ceil":{"$numberDecimal":"1.5"}})", R"({"v":{"$numberDecimal":"2"}})", 0},
        {R"({"$floor":{"$numberDecimal":"-1.5"}})", R"({"v":{"$numberDecimal":"-2"}})", 0},
        {R"({"$ceil":{"$numberDecimal":"1E+3"}})", R"({"v":{"$numberDecimal":"1000"}})", 0},
        {R"({"$round":[{"$numberDecimal":"1E+40"},2]})",
         R"({"v":{"$numberDecimal":"1.000000000000000000000000000000000E+40"}})", 0},
        {R"({"$round":[{"$numberDecimal":"1.255"},2]})", R"({"v":{"$numberDecimal":"1.26"}})", 0},
        {R"({"$round":[{"$numberDecimal":"1"},3]})", R"({"v":{"$numberDecimal":"1.000"}})", 0},
        {R"({"$abs":{"$numberInt":"-2147483648"}})", R"({"v":{"$numberLong":"2147483648"}})", 0},
        {R"({"$abs":{"$numberLong":"-9223372036854775808"}})", nullptr, 28680},
        {R"({"$abs":{"$numberDecimal":"-1.5"}})", R"({"v":{"$numberDecimal":"1.5"}})", 0},
        {R"({"$trunc":[1e-300,2]})", R"({"v":0.0})", 0},
        {R"({"$divide":[1,{"$numberDecimal":"3"}]})",
         R"({"v":{"$numberDecimal":"0.3333333333333333333333333333333333"}})", 0},
        {R"({"$divide":[6,3]})", R"({"v":2.0})", 0},
        // A decimal that no double can hold is no zero.
        {R"({"$divide":[1,{"$numberDecimal":"1E-6176"}]})", R"({"v":{"$numberDecimal":"Infinity"}})", 0},
        {R"({"$divide":[{"$numberDecimal":"0"},{"$numberDecimal":"1E-400"}]})", R"({"v":{"$numberDecimal":"0E+400"}})", 0},
        {R"({"$divide":[1,{"$numberDecimal":"-0"}]})", nullptr, 2},
        {R"({"$mod":[1,{"$numberDecimal":"1E-6176"}]})", R"({"v":{"$numberDecimal":"0E-6176"}})", 0},
        {R"({"$mod":[1,{"$numberDecimal":"0"}]})", nullptr, 5733415},
        {R"({"$mod":[-7,3]})", R"({"v":-1})", 0},
        {R"({"$mod":[7.5,2]})", R"({"v":1.5})", 0},
        {R"({"$mod":[{"$numberDecimal":"7.5"},2]})", R"({"v":{"$numberDecimal":"1.5"}})", 0},
        {R"({"$mod":[{"$numberInt":"-2147483648"},-1]})", R"({"v":0})", 0},
    };
    check(rows);
}

TEST_CASE("constants are put together where it is MongoDB's way, which shows in its faults and its sums") {
    struct Folded {
        const char* expression;
        const char* value;
        int         code;
        int         before;  ///< the code that the expression as it stands has; 0: a value
    };
    const Folded rows[] = {
        {R"({"$or":[{"$size":"$i"},1]})", R"({"v":true})", 0, 17124},
        {R"({"$and":[{"$size":"$i"},0]})", R"({"v":false})", 0, 17124},
        {R"({"$and":["$i",true]})", R"({"v":true})", 0, 0},
        {R"({"$add":["$d",0.1,0.2]})", R"({"v":2.8})", 0, 0},
        {R"({"$concat":["$i","a",1]})", nullptr, 16702, 16702},
        {R"({"$concat":["$n",1,"a"]})", nullptr, 16702, 0},  // null hides it otherwise
        {R"({"$concat":["$n",1,"$t","a"]})", R"({"v":null})", 0, 0},
        {R"({"$sum":[["$i"]]})", R"({"v":5})", 0, 0},
        {R"({"$sum":[{"$sum":"$a"},1,2]})", R"({"v":9})", 0, 0},
        {R"({"$setUnion":["$n",[2],1]})", nullptr, 17043, 0},
        {R"({"$ifNull":[null,"$n",{"$size":"$i"}]})", nullptr, 17124, 17124},
        {R"({"$let":{"vars":{},"in":{"$size":3}}})", nullptr, 17124, 17124},
        {R"({"$toLower":{"$timestamp":{"t":1700000000,"i":255}}})", R"({"v":"nov 14 22:13:20:255"})", 0, 0},
    };
    const auto root = bson::from_json(document);
    for (const auto& row : rows) {
        INFO(row.expression);
        const auto expression = bson::value_from_json(row.expression);
        REQUIRE(expression.has_value());
        auto parsed = mql::Expression::parse(*expression);
        REQUIRE(parsed.has_value());
        const auto before = parsed->evaluate(*root);
        CHECK((before ? 0 : before.error().server.code) == row.before);
        const auto folded = parsed->optimize();
        const auto value  = folded ? parsed->evaluate(*root) : Result<bson::Value>(fail(folded.error()));
        check(Row{row.expression, row.value, row.code}, value);
    }
}

TEST_CASE("what MongoDB has and this store lacks is unsupported, what nobody has is unknown") {
    const auto lacking = mql::Expression::parse(*bson::value_from_json(R"({"$dateToString":{"date":"$dt"}})"));
    REQUIRE_FALSE(lacking.has_value());
    CHECK(lacking.error().code == Errc::unsupported);
    CHECK(lacking.error().message.find("$dateToString") != std::string::npos);
    const auto unknown = mql::Expression::parse(*bson::value_from_json(R"({"$foo":1})"));
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().server.code == 168);
}

TEST_CASE("an expression names the fields it reads") {
    std::vector<std::string> paths;
    CHECK(mql::Expression::parse(*bson::value_from_json(R"({"$add":["$a.b",{"$size":"$c"}]})"))->required_paths(paths));
    CHECK(paths == std::vector<std::string>{"a.b", "c"});
    CHECK_FALSE(mql::Expression::parse(*bson::value_from_json(R"("$$ROOT")"))->required_paths(paths));
}
