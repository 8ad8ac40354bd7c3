// The corpus: numbers, booleans, null, dates, timestamps, ids and the two keys.
#include "corpus_cases.hpp"

using namespace corpus;

TEST_CASE("corpus: double") {
    const Valid rows[] = {
        {"one", Type::float64, "000000000000F03F", R"({"$numberDouble":"1.0"})", "1.0", R"({"$numberDouble":"1"})"},
        {"minus one", Type::float64, "000000000000F0BF", R"({"$numberDouble":"-1.0"})", "-1.0"},
        {"a fraction", Type::float64, "000000000000F8 3F", R"({"$numberDouble":"1.5"})", "1.5", "15e-1"},
        {"the digits that read back", Type::float64, "333333333333D33F", R"({"$numberDouble":"0.3"})", "0.3"},
        {"seventeen digits", Type::float64, "343333333333D33F", R"({"$numberDouble":"0.30000000000000004"})",
         "0.30000000000000004"},
        {"2^53", Type::float64, "0000000000004043", R"({"$numberDouble":"9007199254740992.0"})", "9007199254740992.0"},
        {"large", Type::float64, "9C7500883CE4377E", R"({"$numberDouble":"1e+300"})", "1e+300", "1E300"},
        {"largest", Type::float64, "FFFFFFFFFFFFEF7F", R"({"$numberDouble":"1.7976931348623157e+308"})",
         "1.7976931348623157e+308"},
        {"smallest", Type::float64, "0100000000000000", R"({"$numberDouble":"5e-324"})", "5e-324",
         "4.9406564584124654e-324"},
        {"zero", Type::float64, "0000000000000000", R"({"$numberDouble":"0.0"})", "0.0", "0e5"},
        {"minus zero", Type::float64, "0000000000000080", R"({"$numberDouble":"-0.0"})", "-0.0", "-0E0"},
        {"infinity", Type::float64, "000000000000F07F", R"({"$numberDouble":"Infinity"})"},
        {"minus infinity", Type::float64, "000000000000F0FF", R"({"$numberDouble":"-Infinity"})"},
        {"NaN", Type::float64, "000000000000F87F", R"({"$numberDouble":"NaN"})"},
        {"NaN with other bits", Type::float64, "010000000000F87F", R"({"$numberDouble":"NaN"})", {}, {}, {}, true},
        {"too small to be told from zero", Type::float64, "0000000000000000", R"({"$numberDouble":"0.0"})", "0.0",
         "1e-400"},
        {"too small, all in digits", Type::float64, "0000000000000080", R"({"$numberDouble":"-0.0"})", "-0.0",
         "-0.001e-999999999999999999999"},
        {"an integer past int64", Type::float64, "000000000000E043", R"({"$numberDouble":"9.223372036854776e+18"})",
         "9.223372036854776e+18", "9223372036854775808"},
    };
    check_all(rows);
    const Bad truncated[] = {{"seven bytes", "0000000000F03F"}, {"none", ""}};
    refuse_bytes(Type::float64, truncated);
    const Bad json[] = {
        {"a number", R"({"$numberDouble":1})"},       {"no digits", R"({"$numberDouble":""})"},
        {"a word", R"({"$numberDouble":"inf"})"},     {"a plus", R"({"$numberDouble":"+1.0"})"},
        {"space", R"({"$numberDouble":" 1.0"})"},     {"hexadecimal", R"({"$numberDouble":"0x1p3"})"},
        {"past the largest", "1e309"},                {"past the largest, quoted", R"({"$numberDouble":"1e309"})"},
        {"far past the largest", "0.1e99999999999999999999"},
        {"another key", R"({"$numberDouble":"1.0","a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: int32") {
    const Valid rows[] = {
        {"zero", Type::int32, "00000000", R"({"$numberInt":"0"})", "0"},
        {"one", Type::int32, "01000000", R"({"$numberInt":"1"})", "1"},
        {"minus one", Type::int32, "FFFFFFFF", R"({"$numberInt":"-1"})", "-1"},
        {"largest", Type::int32, "FFFFFF7F", R"({"$numberInt":"2147483647"})", "2147483647"},
        {"smallest", Type::int32, "00000080", R"({"$numberInt":"-2147483648"})", "-2147483648"},
        {"minus zero is an integer", Type::int32, "00000000", R"({"$numberInt":"0"})", "0", "-0"},
    };
    check_all(rows);
    const Bad bytes[] = {{"three bytes", "000000"}};
    refuse_bytes(Type::int32, bytes);
    const Bad json[] = {
        {"a number", R"({"$numberInt":1})"},        {"too large", R"({"$numberInt":"2147483648"})"},
        {"too small", R"({"$numberInt":"-2147483649"})"}, {"a fraction", R"({"$numberInt":"1.0"})"},
        {"empty", R"({"$numberInt":""})"},          {"leading zero", R"({"$numberInt":"01"})"},
        {"a space", R"({"$numberInt":"1 "})"},      {"null", R"({"$numberInt":null})"},
        {"another key", R"({"$numberInt":"1","a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: int64") {
    const Valid rows[] = {
        {"zero", Type::int64, "0000000000000000", R"({"$numberLong":"0"})", "0"},
        {"minus one", Type::int64, "FFFFFFFFFFFFFFFF", R"({"$numberLong":"-1"})", "-1"},
        {"past int32", Type::int64, "0000008000000000", R"({"$numberLong":"2147483648"})", "2147483648", "2147483648"},
        {"2^53+1", Type::int64, "0100000000002000", R"({"$numberLong":"9007199254740993"})", "9007199254740993",
         "9007199254740993"},
        {"largest", Type::int64, "FFFFFFFFFFFFFF7F", R"({"$numberLong":"9223372036854775807"})", "9223372036854775807"},
        {"smallest", Type::int64, "0000000000000080", R"({"$numberLong":"-9223372036854775808"})",
         "-9223372036854775808"},
    };
    check_all(rows);
    const Bad bytes[] = {{"seven bytes", "00000000000000"}};
    refuse_bytes(Type::int64, bytes);
    const Bad json[] = {
        {"a number", R"({"$numberLong":1})"},
        {"too large", R"({"$numberLong":"9223372036854775808"})"},
        {"an exponent", R"({"$numberLong":"1e3"})"},
        {"another key", R"({"$numberLong":"1","a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: boolean and null") {
    const Valid rows[] = {
        {"true", Type::boolean, "01", "true"},
        {"false", Type::boolean, "00", "false"},
        {"null", Type::null, "", "null"},
    };
    check_all(rows);
    const Bad bytes[] = {{"two", "02"}, {"minus one", "FF"}, {"nothing", ""}};
    refuse_bytes(Type::boolean, bytes);
    const Bad json[] = {{"capital", "True"}, {"short", "tru"}, {"long", "truee"}, {"NULL", "NULL"}, {"nil", "nil"}};
    refuse_json(json);
}

TEST_CASE("corpus: date") {
    const Valid rows[] = {
        {"epoch", Type::datetime, "0000000000000000", R"({"$date":{"$numberLong":"0"}})",
         R"({"$date":"1970-01-01T00:00:00Z"})",
         R"({"$date":"1970-01-01T01:00:00+01:00"})"},
        {"milliseconds", Type::datetime, "C5D8D6CC3B010000", R"({"$date":{"$numberLong":"1356351330501"}})",
         R"({"$date":"2012-12-24T12:15:30.501Z"})", R"({"$date":"2012-12-24T12:15:30.501+00:00"})"},
        {"before the epoch", Type::datetime, "FFFFFFFFFFFFFFFF", R"({"$date":{"$numberLong":"-1"}})", {},
         R"({"$date":"1969-12-31T23:59:59.999Z"})"},
        {"last of 9999", Type::datetime, "FFDB1FD277E60000", R"({"$date":{"$numberLong":"253402300799999"}})",
         R"({"$date":"9999-12-31T23:59:59.999Z"})"},
        {"first of 10000", Type::datetime, "00DC1FD277E60000", R"({"$date":{"$numberLong":"253402300800000"}})"},
        {"largest", Type::datetime, "FFFFFFFFFFFFFF7F", R"({"$date":{"$numberLong":"9223372036854775807"}})"},
        {"smallest", Type::datetime, "0000000000000080", R"({"$date":{"$numberLong":"-9223372036854775808"}})"},
    };
    check_all(rows);
    const Bad bytes[] = {{"seven bytes", "00000000000000"}};
    refuse_bytes(Type::datetime, bytes);
    const Bad json[] = {
        {"a number", R"({"$date":42})"},
        {"no zone", R"({"$date":"1970-01-01T00:00:00"})"},
        {"no date", R"({"$date":"yesterday"})"},
        {"a 13th month", R"({"$date":"1970-13-01T00:00:00Z"})"},
        {"a number inside", R"({"$date":{"$numberLong":0}})"},
        {"another type inside", R"({"$date":{"$numberInt":"0"}})"},
        {"another key inside", R"({"$date":{"$numberLong":"0","a":1}})"},
        {"another key", R"({"$date":{"$numberLong":"0"},"a":1})"},
        {"an empty object", R"({"$date":{}})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: timestamp") {
    const Valid rows[] = {
        {"seconds behind increment", Type::timestamp, "2A00000015CD5B07", R"({"$timestamp":{"t":123456789,"i":42}})",
         {},
         R"({"$timestamp":{"i":42,"t":123456789}})"},
        {"past int32", Type::timestamp, "FFFFFFFFFFFFFFFF", R"({"$timestamp":{"t":4294967295,"i":4294967295}})"},
        {"zero", Type::timestamp, "0000000000000000", R"({"$timestamp":{"t":0,"i":0}})"},
    };
    check_all(rows);
    const Bad bytes[] = {{"seven bytes", "00000000000000"}};
    refuse_bytes(Type::timestamp, bytes);
    const Bad json[] = {
        {"a number", R"({"$timestamp":42})"},
        {"t is a string", R"({"$timestamp":{"t":"1","i":1}})"},
        {"i is a string", R"({"$timestamp":{"t":1,"i":"1"}})"},
        {"no i", R"({"$timestamp":{"t":1}})"},
        {"no t", R"({"$timestamp":{"i":1}})"},
        {"t twice", R"({"$timestamp":{"t":1,"t":1}})"},
        {"negative", R"({"$timestamp":{"t":-1,"i":1}})"},
        {"a fraction", R"({"$timestamp":{"t":1.0,"i":1}})"},
        {"too large", R"({"$timestamp":{"t":4294967296,"i":1}})"},
        {"another key inside", R"({"$timestamp":{"t":1,"i":1,"a":1}})"},
        {"another key", R"({"$timestamp":{"t":1,"i":1},"a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: ObjectId") {
    const Valid rows[] = {
        {"zero", Type::object_id, "000000000000000000000000", R"({"$oid":"000000000000000000000000"})"},
        {"digits of both cases", Type::object_id, "56E1FC72E0C917E9C4714161",
         R"({"$oid":"56e1fc72e0c917e9c4714161"})", {},
         R"({"$oid":"56E1fc72E0C917E9C4714161"})"},
    };
    check_all(rows);
    const Bad bytes[] = {{"eleven bytes", "56E1FC72E0C917E9C47141"}};
    refuse_bytes(Type::object_id, bytes);
    const Bad json[] = {
        {"a number", R"({"$oid":42})"},
        {"23 digits", R"({"$oid":"56e1fc72e0c917e9c471416"})"},
        {"25 digits", R"({"$oid":"56e1fc72e0c917e9c47141610"})"},
        {"no digit", R"({"$oid":"56e1fc72e0c917e9c471416g"})"},
        {"another key", R"({"$oid":"56e1fc72e0c917e9c4714161","a":1})"},
        {"after another key", R"({"a":1,"$oid":"56e1fc72e0c917e9c4714161"})"},
        {"twice", R"({"$oid":"56e1fc72e0c917e9c4714161","$oid":"56e1fc72e0c917e9c4714161"})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: decimal128") {
    const Valid rows[] = {
        {"zero", Type::decimal128, "00000000000000000000000000004030", R"({"$numberDecimal":"0"})", {},
         R"({"$numberDecimal":"+0"})"},
        {"0.1", Type::decimal128, "01000000000000000000000000003E30", R"({"$numberDecimal":"0.1"})", {},
         R"({"$numberDecimal":".1"})"},
        {"largest", Type::decimal128, "FFFFFFFF638E8D37C087ADBE09EDFF5F",
         R"({"$numberDecimal":"9.999999999999999999999999999999999E+6144"})"},
        {"smallest", Type::decimal128, "01000000000000000000000000000080", R"({"$numberDecimal":"-1E-6176"})"},
        {"clamped", Type::decimal128, "000000000A5BC138938D44C64D31FE5F",
         R"({"$numberDecimal":"1.000000000000000000000000000000000E+6144"})", {}, R"({"$numberDecimal":"1E6144"})"},
        {"NaN", Type::decimal128, "0000000000000000000000000000007C", R"({"$numberDecimal":"NaN"})", {},
         R"({"$numberDecimal":"-nAn"})"},
        {"NaN with other bits", Type::decimal128, "120000000000000000000000000000FE", R"({"$numberDecimal":"NaN"})",
         {}, {}, {}, true},
        {"infinity", Type::decimal128, "00000000000000000000000000000078", R"({"$numberDecimal":"Infinity"})", {},
         R"({"$numberDecimal":"+INF"})"},
        {"minus infinity", Type::decimal128, "000000000000000000000000000000F8", R"({"$numberDecimal":"-Infinity"})"},
        {"a large form reads as zero", Type::decimal128, "FFFFFFFFFFFFFFFFFFFFFFFFFFFF116C",
         R"({"$numberDecimal":"0E+3"})", {}, {}, {}, true},
        {"a coefficient past 34 digits reads as zero", Type::decimal128, "00000000648E8D37C087ADBE09ED4130",
         R"({"$numberDecimal":"0"})", {}, {}, {}, true},
    };
    check_all(rows);
    const Bad bytes[] = {{"fifteen bytes", "000000000000000000000000000040"}};
    refuse_bytes(Type::decimal128, bytes);
    const Bad json[] = {
        {"a number", R"({"$numberDecimal":1})"},
        {"empty", R"({"$numberDecimal":""})"},
        {"a word", R"({"$numberDecimal":"many"})"},
        {"35 digits", R"({"$numberDecimal":"12345678901234567890123456789012345"})"},
        {"another key", R"({"$numberDecimal":"1","a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: MinKey and MaxKey") {
    const Valid rows[] = {
        {"MinKey", Type::min_key, "", R"({"$minKey":1})"},
        {"MaxKey", Type::max_key, "", R"({"$maxKey":1})"},
    };
    check_all(rows);
    const Bad json[] = {
        {"true", R"({"$minKey":true})"},        {"zero", R"({"$minKey":0})"},       {"a double", R"({"$maxKey":1.0})"},
        {"text", R"({"$maxKey":"1"})"},         {"another key", R"({"$maxKey":1,"a":1})"},
    };
    refuse_json(json);
}
