// Rows are what a MongoDB 6.0 server did with the same document and update.
#include <doctest/doctest.h>

#include "update_rows.hpp"

using namespace tenon::testing_rows;

TEST_CASE("$set and what it makes on the way") {
    // document, update, filter, array filters, document after, error code, changed
    const UpdateRow rows[] = {
        {R"({"_id":1})", R"({"$set":{"_id":1.0}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1})", R"({"$set":{"_id":{"$numberLong":"1"}}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1})", R"({"$set":{"_id":2}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1})", R"({"$set":{"_id.x":2}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1})", R"({"$set":{}})", nullptr, nullptr, R"({"_id":1})", 0, false},
        {R"({"_id":1})", R"({"$foo":{}})", nullptr, nullptr, nullptr, 9, false},
        {R"({"_id":1})", R"({"$set":3})", nullptr, nullptr, nullptr, 9, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"a.$b":1}})", nullptr, nullptr,
         R"({"_id":1,"a":{"b":1,"$b":1}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"$a":1}})", nullptr, nullptr, nullptr, 52, false},
        {R"({"_id":1})", R"({"$set":{"x.$y.z":1}})", nullptr, nullptr, R"({"_id":1,"x":{"$y":{"z":1}}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"x":{"$y":1}}})", nullptr, nullptr, R"({"_id":1,"x":{"$y":1}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"x":{"$ref":"a","$id":1}}})", nullptr, nullptr,
         R"({"_id":1,"x":{"$ref":"a","$id":1}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"x":{"$id":1}}})", nullptr, nullptr, R"({"_id":1,"x":{"$id":1}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"x":{"y":{"$z":1}}}})", nullptr, nullptr,
         R"({"_id":1,"x":{"y":{"$z":1}}})", 0, true},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"a.10":1,"a.9":1,"a.x":1,"a.B":1,"a.1a":1}})", nullptr, nullptr,
         R"({"_id":1,"a":{"b":1,"9":1,"10":1,"1a":1,"B":1,"x":1}})", 0, true},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"b":1,"a":2,"10":1,"9":1,"Z":1,"09":5}})", nullptr, nullptr,
         R"({"_id":1,"a":2,"09":5,"9":1,"10":1,"Z":1,"b":1})", 0, true},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"a..b":1}})", nullptr, nullptr, nullptr, 56, false},
        {R"({"_id":1})", R"({"$set":{"":1}})", nullptr, nullptr, nullptr, 56, false},
        {R"({"_id":1})", R"({"$set":{".":1}})", nullptr, nullptr, nullptr, 56, false},
        {R"({"_id":1,"s":"x"})", R"({"$set":{"s.x":1}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$set":{"arr.x":1}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$set":{"arr.5":1}})", nullptr, nullptr,
         R"({"_id":1,"arr":[1,2,3,null,null,1]})", 0, true},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$set":{"arr.5.x":1}})", nullptr, nullptr,
         R"({"_id":1,"arr":[1,2,3,null,null,{"x":1}]})", 0, true},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$set":{"arr.1500004":1}})", nullptr, nullptr, nullptr, 34, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"a":1,"a.b":1}})", nullptr, nullptr, nullptr, 40, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$set":{"a.b":1,"a":1}})", nullptr, nullptr, nullptr, 40, false},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$set":{"arr.$":1}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1})", R"({"$set":{"$":5}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"$set":{"a.$.$":5}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1})", R"({"$set":{"$a.b":5}})", nullptr, nullptr, nullptr, 52, false},
        {R"({"_id":1})", R"({"$set":{"x.$id":5}})", nullptr, nullptr, R"({"_id":1,"x":{"$id":5}})", 0, true},
        {R"({"_id":1})", R"({"$set":{"$id":5}})", nullptr, nullptr, nullptr, 55, false},
        {R"({"_id":1})", R"({"$set":{"_id":[1]}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1})", R"({"$set":{"_id":{"$numberInt":"1"}}})", nullptr, nullptr, R"({"_id":1})", 0, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"$set":{"a":1},"x":1})", nullptr, nullptr, nullptr, 9, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"$set":{"a":1},"$inc":{"a":1}})", nullptr, nullptr, nullptr, 40, false},
        {R"({"_id":1})", R"({"$v":1,"$set":{"b":1}})", nullptr, nullptr, nullptr, 9, false},
        {R"({"_id":1})", R"({"$setOnInsert":{"b":1}})", nullptr, nullptr, R"({"_id":1})", 0, false},
        {R"({"_id":1,"a":[3,null,2]})", R"({"$set":{"a.01":1}})", nullptr, nullptr,
         R"({"_id":1,"a":[3,1,2]})", 0, true},
        {R"({"_id":1,"a":[3,null,2]})", R"({"$set":{"a.1":null}})", nullptr, nullptr,
         R"({"_id":1,"a":[3,null,2]})", 0, false},
        {R"({"_id":1,"a":[3,null,2],"o":{"b":1,"a":2}})", R"({"$set":{"o":{"b":1,"a":2}}})", nullptr, nullptr,
         R"({"_id":1,"a":[3,null,2],"o":{"b":1,"a":2}})", 0, false},
        {R"({"_id":1,"a":[3,null,2],"o":{"b":1,"a":2}})", R"({"$set":{"o":{"a":2,"b":1}}})", nullptr, nullptr,
         R"({"_id":1,"a":[3,null,2],"o":{"a":2,"b":1}})", 0, true},
        {R"({"_id":1,"o":{"b":1,"a":2}})", R"({"$set":{"o.a":2}})", nullptr, nullptr,
         R"({"_id":1,"o":{"b":1,"a":2}})", 0, false},
        {R"({"_id":1,"s":[1,2,3]})", R"({"$set":{"s.3":4}})", nullptr, nullptr, R"({"_id":1,"s":[1,2,3,4]})", 0, true},
        {R"({"_id":1,"s":[1,2,3]})", R"({"$set":{"s.4":{"x":1},"s.6":1}})", nullptr, nullptr,
         R"({"_id":1,"s":[1,2,3,null,{"x":1},null,1]})", 0, true},
        {R"({"_id":1,"n":5})", R"({"$set":{"n":{"$numberLong":"5"}}})", nullptr, nullptr,
         R"({"_id":1,"n":{"$numberLong":"5"}})", 0, true},
        {R"({"_id":1})", R"({"$a":1})", nullptr, nullptr, nullptr, 9, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"$set":{"a":1},"b":2})", nullptr, nullptr, nullptr, 9, false},
    };
    check_updates(rows);
}

TEST_CASE("$unset removes, and nulls in arrays") {
    // document, update, filter, array filters, document after, error code, changed
    const UpdateRow rows[] = {
        {R"({"_id":1})", R"({"$unset":{"_id":1}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$unset":{"arr.1":1}})", nullptr, nullptr,
         R"({"_id":1,"arr":[1,null,3]})", 0, true},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$unset":{"arr.x":1}})", nullptr, nullptr,
         R"({"_id":1,"arr":[1,2,3]})", 0, false},
        {R"({"_id":1,"s":"x"})", R"({"$unset":{"s.x":1}})", nullptr, nullptr, R"({"_id":1,"s":"x"})", 0, false},
        {R"({"_id":1})", R"({"$unset":{"q.x":1}})", nullptr, nullptr, R"({"_id":1})", 0, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"$unset":{"a":1},"$inc":{"a.b":1}})", nullptr, nullptr, nullptr, 40, false},
        {R"({"_id":1,"a":[3,null,2]})", R"({"$unset":{"a.1":1}})", nullptr, nullptr,
         R"({"_id":1,"a":[3,null,2]})", 0, true},
        {R"({"_id":1,"n":5})", R"({"$unset":{"zz":1,"n":""}})", nullptr, nullptr, R"({"_id":1})", 0, true},
    };
    check_updates(rows);
}

TEST_CASE("a $rename through an element without fields names its source") {
    for (const char* document : {R"({"_id":1,"s":5})", R"({"_id":1,"s":[5]})"}) {
        const auto [after, changed] = run({document, R"({"$rename":{"s.x":"q"}})", nullptr, nullptr, nullptr, 28, false});
        REQUIRE_FALSE(after.has_value());
        CHECK(after.error().server.code == 28);
        CHECK(after.error().path == "s.x");
    }
}

TEST_CASE("$rename moves a field") {
    // document, update, filter, array filters, document after, error code, changed
    const UpdateRow rows[] = {
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a":"c"}})", nullptr, nullptr, R"({"_id":1,"c":{"b":1}})", 0, true},
        {R"({"_id":1,"arr":[1,2,3]})", R"({"$rename":{"arr.0":"c"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1},"arr":[1,2,3]})", R"({"$rename":{"a":"arr.0"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a.b":"a.c"}})", nullptr, nullptr,
         R"({"_id":1,"a":{"c":1}})", 0, true},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"zz":"a.c"}})", nullptr, nullptr,
         R"({"_id":1,"a":{"b":1}})", 0, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a":"a"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a":3}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a":"a.b.c"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1},"s":"x"})", R"({"$rename":{"a":"s.q"}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1,"s":"x"})", R"({"$rename":{"s":"_id"}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1})", R"({"$rename":{"_id":"q"}})", nullptr, nullptr, nullptr, 66, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a.$":"q"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"a":{"b":1}})", R"({"$rename":{"a":"q.$"}})", nullptr, nullptr, nullptr, 2, false},
        {R"({"_id":1,"s":"x"})", R"({"$rename":{"s":"$s"}})", nullptr, nullptr, nullptr, 52, false},
        {R"({"_id":1,"n":5})", R"({"$rename":{"n":"zz"}})", nullptr, nullptr, R"({"_id":1,"zz":5})", 0, true},
        {R"({"_id":1,"n":5,"d":0.1})", R"({"$rename":{"n":"d"}})", nullptr, nullptr, R"({"_id":1,"d":5})", 0, true},
        {R"({"_id":1,"n":5,"o":{"b":1,"a":2}})", R"({"$rename":{"n":"o.b"}})", nullptr, nullptr,
         R"({"_id":1,"o":{"b":5,"a":2}})", 0, true},
        {R"({"_id":1,"n":5,"o":{"b":1,"a":2}})", R"({"$rename":{"o.b":"n"}})", nullptr, nullptr,
         R"({"_id":1,"n":1,"o":{"a":2}})", 0, true},
        {R"({"_id":1,"n":5,"o":{"b":1,"a":2}})", R"({"$rename":{"o":"n"}})", nullptr, nullptr,
         R"({"_id":1,"n":{"b":1,"a":2}})", 0, true},
        {R"({"_id":1,"o":{"b":1,"a":2}})", R"({"$rename":{"o.b":"o.a"}})", nullptr, nullptr,
         R"({"_id":1,"o":{"a":1}})", 0, true},
        {R"({"_id":1,"n":5,"o":{"b":1,"a":2}})", R"({"$rename":{"n.x":"o.a"}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1,"s":[1,2,3],"o":{"b":1,"a":2}})", R"({"$rename":{"s.x":"o.a"}})", nullptr, nullptr,
         nullptr, 28, false},
        {R"({"_id":1,"o":{"b":1,"a":2}})", R"({"$rename":{"q.x":"o.a"}})", nullptr, nullptr,
         R"({"_id":1,"o":{"b":1,"a":2}})", 0, false},
        {R"({"_id":1,"n":5,"d":0.1})", R"({"$rename":{"n":"d","d":"n"}})", nullptr, nullptr, nullptr, 40, false},
        {R"({"_id":1,"n":5,"d":0.1})", R"({"$rename":{"n":"d.e.f"}})", nullptr, nullptr, nullptr, 28, false},
        {R"({"_id":1,"n":5,"o":{"b":1,"a":2}})", R"({"$rename":{"n":"x.y.z","o.a":"x.y.a"}})", nullptr, nullptr,
         R"({"_id":1,"o":{"b":1},"x":{"y":{"a":2,"z":5}}})", 0, true},
        {R"({"_id":1,"a":[3,null,2],"s":[1,2,3]})", R"({"$rename":{"a":"s"}})", nullptr, nullptr,
         R"({"_id":1,"s":[3,null,2]})", 0, true},
    };
    check_updates(rows);
}

TEST_CASE("new fields come in the order of names, indexes by number") {
    // document, update, filter, array filters, document after, error code, changed
    const UpdateRow rows[] = {
        {R"({"_id":1})", R"({"$set":{"1a":1,"9":1,"10":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"1a":1,"10":1,"9":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"9":1,"1a":1,"10":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"9":1,"10":1,"1a":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"10":1,"1a":1,"9":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"10":1,"9":1,"1a":1}})", nullptr, nullptr,
         R"({"_id":1,"9":1,"10":1,"1a":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"01":1,"1":1,"2":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"01":1,"2":1,"1":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"1":1,"01":1,"2":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"1":1,"2":1,"01":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"2":1,"01":1,"1":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"2":1,"1":1,"01":1}})", nullptr, nullptr,
         R"({"_id":1,"01":1,"1":1,"2":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"01":1,"1":1,"0":1}})", nullptr, nullptr,
         R"({"_id":1,"0":1,"01":1,"1":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"01":1,"0":1,"1":1}})", nullptr, nullptr,
         R"({"_id":1,"0":1,"01":1,"1":1})", 0, true},
        {R"({"_id":1})", R"({"$set":{"1":1,"01":1,"0":1}})", nullptr, nullptr,
         R"({"_id":1,"0":1,"01":1,"1":1})", 0, true},
    };
    check_updates(rows);
}

TEST_CASE("a replacement keeps the _id") {
    // document, update, filter, array filters, document after, error code, changed
    const UpdateRow rows[] = {
        {R"({"_id":1})", R"({})", nullptr, nullptr, R"({"_id":1})", 0, true},
        {R"({"_id":1,"a":[3,1,2]})", R"({"x":1,"$set":{"a":1}})", nullptr, nullptr, nullptr, 52, false},
        {R"({"_id":1})", R"({"z":2,"_id":1.0})", nullptr, nullptr, R"({"_id":1.0,"z":2})", 0, true},
        {R"({"_id":1})", R"({"_id":[1]})", nullptr, nullptr, nullptr, 53, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"a":{"$b":1}})", nullptr, nullptr, R"({"_id":1,"a":{"$b":1}})", 0, true},
        {R"({"_id":1,"a":[3,1,2]})", R"({"a.b":1})", nullptr, nullptr, R"({"_id":1,"a.b":1})", 0, true},
        {R"({"_id":1})", R"({"":1})", nullptr, nullptr, R"({"_id":1,"":1})", 0, true},
        {R"({"_id":1})", R"({"_id":{"$regularExpression":{"pattern":"a","options":""}}})", nullptr, nullptr,
         nullptr, 53, false},
        {R"({"_id":1,"a":[3,1,2]})", R"({"a":1,"_id":1})", nullptr, nullptr, R"({"_id":1,"a":1})", 0, true},
        {R"({"_id":1})", R"({"b":2,"$a":2})", nullptr, nullptr, nullptr, 52, false},
        {R"({"_id":1})", R"({"b":2,"$id":2})", nullptr, nullptr, nullptr, 55, false},
        {R"({"_id":1})", R"({"b":2,"$ref":2,"$id":3})", nullptr, nullptr, nullptr, 55, false},
        {R"({"_id":1,"a":[3,1,2],"s":"x"})", R"({"_id":1,"a":[3,1,2],"s":"x"})", nullptr, nullptr,
         R"({"_id":1,"a":[3,1,2],"s":"x"})", 0, false},
        {R"({"_id":1,"a":[3,1,2],"s":"x"})", R"({"s":"x","_id":1,"a":[3,1,2]})", nullptr, nullptr,
         R"({"_id":1,"s":"x","a":[3,1,2]})", 0, true},
        {R"({"_id":1})", R"({"_id":null})", nullptr, nullptr, nullptr, 66, false},
    };
    check_updates(rows);
}
