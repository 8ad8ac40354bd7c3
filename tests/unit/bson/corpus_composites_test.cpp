// The corpus: text, bytes, documents, arrays, code, the deprecated types, and whole documents.
#include "corpus_cases.hpp"

using namespace corpus;

TEST_CASE("corpus: string") {
    const Valid rows[] = {
        {"empty", Type::string, "01000000 00", R"("")"},
        {"one letter", Type::string, "02000000 62 00", R"("b")", {}, R"("\u0062")"},
        {"two bytes", Type::string, "03000000 C3A9 00", "\"\xC3\xA9\"", {}, R"("\u00e9")"},
        {"three bytes", Type::string, "04000000 E29886 00", "\"\xE2\x98\x86\"", {}, R"("\u2606")"},
        {"four bytes", Type::string, "05000000 F09F9880 00", "\"\xF0\x9F\x98\x80\"", {}, R"("\uD83d\udE00")"},
        {"NUL inside", Type::string, "04000000 610062 00", R"("a\u0000b")"},
        {"escapes", Type::string, "09000000 5C222F080C0A0D09 00", R"("\\\"/\b\f\n\r\t")", {},
         R"("\u005c\u0022\/\u0008\u000C\u000a\u000d\u0009")"},
        {"other controls", Type::string, "04000000 011F7F 00", "\"\\u0001\\u001f\x7F\""},
        {"the last character", Type::string, "05000000 F48FBFBF 00", "\"\xF4\x8F\xBF\xBF\"", {}, R"("\uDBFF\uDFFF")"},
        {"text like a number", Type::string, "02000000 31 00", R"("1")"},
    };
    check_all(rows);
    const Bad bytes[] = {
        {"no length", "000000"},
        {"length zero", "00000000"},
        {"length zero before a NUL", "00000000 00"},
        {"negative length", "FFFFFFFF 00"},
        {"length past the end", "05000000 62 00"},
        {"length reaches the document's terminator", "03000000 62 00"},
        {"no terminator", "02000000 62 63"},
        {"half a character", "03000000 C362 00"},
        {"a surrogate", "04000000 EDA080 00"},
        {"overlong", "03000000 C080 00"},
        {"past the last character", "05000000 F4908080 00"},
    };
    refuse_bytes(Type::string, bytes);
    const Bad json[] = {
        {"no end", R"("abc)"},
        {"a raw newline", "\"a\nb\""},
        {"a raw NUL", std::string_view("\"a\0b\"", 5)},
        {"an unknown escape", R"("\x41")"},
        {"three digits", R"("\u004")"},
        {"no digits", R"("\uzzzz")"},
        {"a low surrogate alone", R"("\udc00")"},
        {"a high surrogate alone", R"("\ud800")"},
        {"a high surrogate before a letter", R"("\ud800a")"},
        {"two high surrogates", R"("\ud800\ud800")"},
        {"not UTF-8", "\"\xC3\x28\""},
        {"a surrogate in UTF-8", "\"\xED\xA0\x80\""},
        {"single quotes", "'a'"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: document") {
    const Valid rows[] = {
        {"empty", Type::document, "05000000 00", "{}"},
        {"empty key", Type::document, "07000000 0A 00 00", R"({"":null})"},
        {"one field", Type::document, "0C000000 10 6100 01000000 00", R"({"a":{"$numberInt":"1"}})", R"({"a":1})"},
        {"a key with a dollar", Type::document, "09000000 0A 246100 00", R"({"$a":null})"},
        {"a dollar alone", Type::document, "08000000 0A 2400 00", R"({"$":null})"},
        {"a key with a dot", Type::document, "0A000000 0A 612E6200 00", R"({"a.b":null})"},
        {"a key twice", Type::document, "0B000000 0A 6100 0A 6100 00", R"({"a":null,"a":null})"},
        {"a key that needs escapes", Type::document, "09000000 0A 220A00 00", R"({"\"\n":null})", {},
         R"({"\u0022\n":null})"},
        {"an update stays a document", Type::document, "13000000 03 2473657400 08000000 0A 6100 00 00",
         R"({"$set":{"a":null}})"},
        {"a query stays a document", Type::document, "17000000 02 24726567657800 02000000 61 00 0A 246F00 00",
         R"({"$regex":"a","$o":null})"},
        {"$type is no old $binary", Type::document, "10000000 10 247479706500 02000000 00",
         R"({"$type":{"$numberInt":"2"}})", R"({"$type":2})"},
        {"a DBRef stays a document", Type::document, "16000000 02 2472656600 02000000 63 00 0A 2469640000",
         R"({"$ref":"c","$id":null})"},
        {"$scope without $code", Type::document, "12000000 03 2473636F706500 05000000 00 00", R"({"$scope":{}})"},
        {"$scope before another key", Type::document, "15000000 03 2473636F706500 05000000 00 0A 6100 00",
         R"({"$scope":{},"a":null})"},
        {"$scope that is no document", Type::document, "0D000000 0A 2473636F706500 00", R"({"$scope":null})"},
        {"$scope that is a form", Type::document, "11000000 10 2473636F706500 01000000 00",
         R"({"$scope":{"$numberInt":"1"}})", R"({"$scope":1})"},
        {"$scope that is a form before another key", Type::document, "10000000 FF 2473636F706500 0A 6100 00",
         R"({"$scope":{"$minKey":1},"a":null})"},
    };
    check_all(rows);
    const Bad bytes[] = {
        {"length past the end", "06000000 00"},
        {"length short of a document", "04000000 00"},
        {"length too short for the field", "07000000 0A 6100 00"},
        {"no terminator", "05000000 01"},
        {"an unknown type", "08000000 14 6100 00"},
        {"a key without an end", "08000000 0A 6161 01"},
        {"a key that is not UTF-8", "08000000 0A FF00 00"},
    };
    refuse_bytes(Type::document, bytes);
    const Bad json[] = {
        {"no value", R"({"a":})"},       {"no colon", R"({"a" 1})"},     {"no comma", R"({"a":1 "b":2})"},
        {"a comma more", R"({"a":1,})"}, {"a comma first", R"({,})"},    {"no quotes", R"({a:1})"},
        {"a number as key", R"({1:1})"}, {"no end", R"({"a":1)"},        {"the wrong end", R"({"a":1])"},
        {"NUL in a key", R"({"a\u0000b":1})"}, {"NUL in a second key", R"({"a":1,"\u0000":1})"},
        {"a comment", R"({/* */"a":1})"},      {"a form behind a plain key", R"({"a":1,"$numberInt":"1"})"},
        {"a form behind $scope", R"({"$scope":{},"$numberInt":"1"})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: array") {
    const Valid rows[] = {
        {"empty", Type::array, "05000000 00", "[]"},
        {"one element", Type::array, "0C000000 10 3000 0A000000 00", R"([{"$numberInt":"10"}])", "[10]", {},
         "0B000000 10 00 0A000000 00"},
        {"positions that lie", Type::array, "0B000000 0A 3000 0A 3100 00", "[null,null]", {}, {},
         "0C000000 0A 616200 0A 3000 00"},
        {"nested", Type::array, "18000000 03 3000 05000000 00 04 3100 05000000 00 0A 3200 00", "[{},[],null]"},
        {"a form inside", Type::array, "08000000 FF 3000 00", R"([{"$minKey":1}])"},
    };
    check_all(rows);
    const Bad bytes[] = {
        {"length past the end", "0D000000 10 3000 0A000000 00"},
        {"length too short", "0B000000 10 3000 0A000000 00"},
        {"no terminator", "05000000 30"},
    };
    refuse_bytes(Type::array, bytes);
    const Bad json[] = {
        {"a comma more", "[1,]"}, {"a comma first", "[,1]"}, {"no comma", "[1 2]"}, {"no end", "[1"},
         {"the wrong end", "[1}"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: numbers as JSON writes them") {
    const Bad json[] = {
        {"a plus", "+1"},   {"leading zero", "01"}, {"minus alone", "-"},     {"no digit behind the point", "1."},
         {"no digit before it", ".5"},
        {"no exponent", "1e"}, {"a sign alone", "1e+"}, {"hexadecimal", "0x10"}, {"NaN", "NaN"},
                              {"Infinity", "-Infinity"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: binary") {
    const Valid rows[] = {
        {"empty", Type::binary, "00000000 00", R"({"$binary":{"base64":"","subType":"00"}})", {},
         R"({"$binary":{"subType":"0","base64":""}})"},
        {"one byte", Type::binary, "01000000 00 FF", R"({"$binary":{"base64":"/w==","subType":"00"}})"},
        {"two bytes", Type::binary, "02000000 01 FFFE", R"({"$binary":{"base64":"//4=","subType":"01"}})", {},
         R"({"$binary":{"base64":"\/\/4=","subType":"1"}})"},
        {"three bytes", Type::binary, "03000000 80 0001FB", R"({"$binary":{"base64":"AAH7","subType":"80"}})"},
        {"four bytes", Type::binary, "04000000 FF 00112233", R"({"$binary":{"base64":"ABEiMw==","subType":"ff"}})",
         {}, R"({"$binary":{"base64":"ABEiMw==","subType":"FF"}})"},
        {"subtype 2 holds its length twice", Type::binary, "06000000 02 02000000 FFFE",
         R"({"$binary":{"base64":"//4=","subType":"02"}})"},
        {"subtype 2, empty", Type::binary, "04000000 02 00000000", R"({"$binary":{"base64":"","subType":"02"}})"},
        {"UUID", Type::binary, "10000000 04 00112233445566778899AABBCCDDEEFF",
         R"({"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"04"}})", {},
         R"({"$uuid":"00112233-4455-6677-8899-aabbCCDDEEFF"})"},
        {"old UUID", Type::binary, "10000000 03 00112233445566778899AABBCCDDEEFF",
         R"({"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"03"}})"},
        {"subtype 4 of another length", Type::binary, "01000000 04 00",
         R"({"$binary":{"base64":"AA==","subType":"04"}})"},
    };
    check_all(rows);
    const Bad bytes[] = {
        {"length past the end", "02000000 00 FF"},
        {"negative length", "FFFFFFFF 00"},
        {"no subtype", "00000000"},
        {"inner length too long", "06000000 02 03000000 FFFE"},
        {"inner length too short", "06000000 02 01000000 FFFE"},
        {"inner length negative", "06000000 02 FFFFFFFF FFFE"},
        {"no room for the inner length", "03000000 02 000000"},
    };
    refuse_bytes(Type::binary, bytes);
    const Bad json[] = {
        {"a number", R"({"$binary":0})"},
        {"the old form", R"({"$binary":"","$type":"00"})"},
        {"no subType", R"({"$binary":{"base64":""}})"},
        {"no base64", R"({"$binary":{"subType":"00"}})"},
        {"subType is a number", R"({"$binary":{"base64":"","subType":0}})"},
        {"subType of three digits", R"({"$binary":{"base64":"","subType":"000"}})"},
        {"subType without digits", R"({"$binary":{"base64":"","subType":""}})"},
        {"subType that is none", R"({"$binary":{"base64":"","subType":"0x"}})"},
        {"base64 is a number", R"({"$binary":{"base64":0,"subType":"00"}})"},
        {"no padding", R"({"$binary":{"base64":"/w","subType":"00"}})"},
        {"short padding", R"({"$binary":{"base64":"/w=","subType":"00"}})"},
        {"padding alone", R"({"$binary":{"base64":"====","subType":"00"}})"},
        {"padding inside", R"({"$binary":{"base64":"/w==/w==","subType":"00"}})"},
        {"bits behind the last byte", R"({"$binary":{"base64":"/x==","subType":"00"}})"},
        {"the URL alphabet", R"({"$binary":{"base64":"__4=","subType":"00"}})"},
        {"a space", R"({"$binary":{"base64":"/w= ","subType":"00"}})"},
        {"another key inside", R"({"$binary":{"base64":"","subType":"00","a":1}})"},
        {"another key", R"({"$binary":{"base64":"","subType":"00"},"a":1})"},
        {"$uuid without dashes", R"({"$uuid":"00112233445566778899aabbccddeeff"})"},
        {"$uuid with its dashes elsewhere", R"({"$uuid":"0011223-34455-6677-8899-aabbccddeeff"})"},
        {"$uuid too short", R"({"$uuid":"00112233-4455-6677-8899-aabbccddeef"})"},
        {"$uuid too long", R"({"$uuid":"00112233-4455-6677-8899-aabbccddeeff0"})"},
        {"$uuid with a letter", R"({"$uuid":"00112233-4455-6677-8899-aabbccddeefg"})"},
        {"$uuid of another type", R"({"$uuid":{"data":"00112233-4455-6677-8899-aabbccddeeff"}})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: regular expression") {
    const Valid rows[] = {
        {"empty", Type::regex, "00 00", R"({"$regularExpression":{"pattern":"","options":""}})"},
        {"without options", Type::regex, "616200 00", R"({"$regularExpression":{"pattern":"ab","options":""}})"},
        {"options in order", Type::regex, "6100 696D7800",
         R"({"$regularExpression":{"pattern":"a","options":"imx"}})", {},
         R"({"$regularExpression":{"options":"xmi","pattern":"a"}})", "6100 6D697800"},
        {"a slash and a quote", Type::regex, "612F5C2200 00",
         R"({"$regularExpression":{"pattern":"a/\\\"","options":""}})"},
        {"options of other characters are kept whole", Type::regex, "6100 C3A900",
         "{\"$regularExpression\":{\"pattern\":\"a\",\"options\":\"\xC3\xA9\"}}"},
    };
    check_all(rows);
    const Bad bytes[] = {
        {"no options", "616200"},
        {"no end", "6162"},
        {"NUL in the pattern", "610062 00 696D00"},
        {"pattern that is not UTF-8", "FF00 00"},
    };
    refuse_bytes(Type::regex, bytes);
    const Bad json[] = {
        {"a string", R"({"$regularExpression":"a"})"},
        {"no options", R"({"$regularExpression":{"pattern":"a"}})"},
        {"no pattern", R"({"$regularExpression":{"options":""}})"},
        {"pattern is a number", R"({"$regularExpression":{"pattern":1,"options":""}})"},
        {"options are a number", R"({"$regularExpression":{"pattern":"a","options":0}})"},
        {"another key inside", R"({"$regularExpression":{"pattern":"a","options":"","b":1}})"},
        {"another key", R"({"$regularExpression":{"pattern":"a","options":""},"b":1})"},
        {"NUL in the pattern", R"({"$regularExpression":{"pattern":"a\u0000","options":""}})"},
        {"NUL in the options", R"({"$regularExpression":{"pattern":"a","options":"\u0000i"}})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: code, with and without scope") {
    const Valid rows[] = {
        {"empty", Type::code, "01000000 00", R"({"$code":""})"},
        {"text", Type::code, "03000000 6100 00", R"({"$code":"a\u0000"})"},
        {"empty scope", Type::code_scope, "0F000000 02000000 61 00 05000000 00", R"({"$code":"a","$scope":{}})", {},
         R"({"$scope":{},"$code":"a"})"},
        {"scope with a form", Type::code_scope, "15000000 01000000 00 0C000000 10 6100 01000000 00",
         R"({"$code":"","$scope":{"a":{"$numberInt":"1"}}})", R"({"$code":"","$scope":{"a":1}})",
         R"({"$scope":{"a":1},"$code":""})"},
        {"code in a scope", Type::code_scope, "19000000 02000000 61 00 0F000000 0D 6B00 03000000 6263 00 00",
         R"({"$code":"a","$scope":{"k":{"$code":"bc"}}})"},
    };
    check_all(rows);
    const Bad code[] = {{"length zero", "00000000"}, {"no terminator", "02000000 61 62"}, {"not UTF-8",
    "02000000 FF 00"}};
    refuse_bytes(Type::code, code);
    const Bad scope[] = {
        {"length zero", "00000000 01000000 00 05000000 00"},
        {"length too long", "0F000000 01000000 00 05000000 00"},
        {"length too short", "0D000000 01000000 00 05000000 00"},
        {"source longer than the whole", "0E000000 06000000 00 05000000 00"},
        {"a scope that is too short", "0E000000 01000000 00 04000000 00"},
        {"no scope", "09000000 01000000 00"},
        {"bytes between scope and end", "0F000000 01000000 00 05000000 00 00"},
    };
    refuse_bytes(Type::code_scope, scope);
    const Bad json[] = {
        {"a number", R"({"$code":42})"},
        {"scope is a number", R"({"$code":"","$scope":42})"},
        {"scope is another type", R"({"$code":"","$scope":{"$oid":"56e1fc72e0c917e9c4714161"}})"},
        {"code is a number behind its scope", R"({"$scope":{},"$code":42})"},
        {"code behind a scope that is a number", R"({"$scope":42,"$code":""})"},
        {"code behind a scope of another type", R"({"$scope":{"$minKey":1},"$code":""})"},
        {"scope is an array", R"({"$code":"","$scope":[]})"},
        {"another key", R"({"$code":"","a":1})"},
        {"another key behind the scope", R"({"$code":"","$scope":{},"a":1})"},
        {"another key behind the code", R"({"$scope":{},"$code":"","a":1})"},
        {"a key before", R"({"a":1,"$code":""})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: the deprecated types") {
    const Valid rows[] = {
        {"undefined", Type::undefined, "", R"({"$undefined":true})"},
        {"symbol", Type::symbol, "02000000 61 00", R"({"$symbol":"a"})"},
        {"symbol with NUL", Type::symbol, "03000000 6100 00", R"({"$symbol":"a\u0000"})"},
        {"dbPointer", Type::db_pointer, "02000000 63 00 56E1FC72E0C917E9C4714161",
         R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})", {},
         R"({"$dbPointer":{"$id":{"$oid":"56e1fc72e0c917e9c4714161"},"$ref":"c"}})"},
    };
    check_all(rows);
    const Bad symbol[] = {{"length zero", "00000000"}, {"not UTF-8", "02000000 E9 00"}};
    refuse_bytes(Type::symbol, symbol);
    const Bad pointer[] = {{"eleven bytes of id", "02000000 63 00 56E1FC72E0C917E9C47141"},
                           {"length zero", "00000000 63 00 56E1FC72E0C917E9C4714161"},
                           {"not UTF-8", "02000000 E9 00 56E1FC72E0C917E9C4714161"}};
    refuse_bytes(Type::db_pointer, pointer);
    const Bad json[] = {
        {"$undefined is false", R"({"$undefined":false})"},
        {"$undefined is a number", R"({"$undefined":1})"},
        {"$symbol is a number", R"({"$symbol":1})"},
        {"$dbPointer is a string", R"({"$dbPointer":"c"})"},
        {"$dbPointer without $id", R"({"$dbPointer":{"$ref":"c"}})"},
        {"$id is a string", R"({"$dbPointer":{"$ref":"c","$id":"56e1fc72e0c917e9c4714161"}})"},
        {"$id is of another type", R"({"$dbPointer":{"$ref":"c","$id":{"$numberInt":"1"}}})"},
        {"$id with another key", R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161","a":1}}})"},
        {"another key inside", R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161"},"a":1}})"},
        {"another key", R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161"}},"a":1})"},
    };
    refuse_json(json);
}

TEST_CASE("corpus: whole documents whose bytes lie") {
    const Bad rows[] = {
        {"nothing", ""},
        {"shorter than its length field", "050000"},
        {"length below the shortest document", "0400000000"},
        {"no terminator", "05000000"},
        {"a terminator that is none", "0500000001"},
        {"length zero", "0000000000"},
        {"length past the bytes", "06000000 00"},
        {"bytes behind the end", "05000000 00 00"},
        {"negative length", "FFFFFFFF 00"},
        {"cut in a key", "08000000 0A61"},
        {"type 0 with a key", "08000000 00 6100 00"},
        {"type 0x80", "08000000 80 6100 00"},
    };
    for (const Bad& row : rows) {
        CAPTURE(row.what);
        const Bytes bytes = from_hex(row.text);
        CHECK_FALSE(View::validate(bytes));
    }
}
