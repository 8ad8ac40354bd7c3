#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <tenon/bson/bson.hpp>

#include "samples.hpp"

using namespace tenon::bson;
using namespace tenon::bson::test;
using tenon::Errc;

namespace {

std::vector<std::uint8_t> copy(View view) { return {view.bytes().begin(), view.bytes().end()}; }

}  // namespace

TEST_CASE("the builder writes the bytes of bsonspec.org") {
    CHECK(copy(doc("hello", "world").view()) == bytes("\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0"));
    CHECK(copy(doc("BSON", array("awesome", 5.05, 1986)).view()) ==
          bytes("\x31\0\0\0\x04" "BSON\0\x26\0\0\0\x02" "0\0\x08\0\0\0awesome\0\x01" "1\0\x33\x33\x33\x33\x33\x33\x14\x40\x10"
                "2\0\xC2\x07\0\0\0\0"));
    CHECK(copy(Builder().take().view()) == bytes("\x05\0\0\0\0"));
}

TEST_CASE("each type is written as its bytes") {
    struct Row {
        Value                     value;
        Type                      type;
        std::vector<std::uint8_t> payload;
    };
    const Row rows[] = {
        {Value(1.0), Type::float64, bytes("\0\0\0\0\0\0\xF0\x3F")},
        {Value(-2), Type::int32, bytes("\xFE\xFF\xFF\xFF")},
        {Value(std::int64_t{-2}), Type::int64, bytes("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF")},
        {Value(-2LL), Type::int64, bytes("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF")},
        {Value(3U), Type::int64, bytes("\3\0\0\0\0\0\0\0")},
        {Value(std::uint64_t{3}), Type::int64, bytes("\3\0\0\0\0\0\0\0")},
        {Value(3ULL), Type::int64, bytes("\3\0\0\0\0\0\0\0")},
        {Value(std::int16_t{3}), Type::int32, bytes("\3\0\0\0")},
        {Value(true), Type::boolean, bytes("\1")},
        {Value(false), Type::boolean, bytes("\0")},
        {Value("ab"), Type::string, bytes("\3\0\0\0ab\0")},
        {Value(std::string("a\0b", 3)), Type::string, bytes("\4\0\0\0a\0b\0")},
        {Value(ObjectId{{1, 2}}), Type::object_id, bytes("\1\2\0\0\0\0\0\0\0\0\0\0")},
        {Value(DateTime(-1)), Type::datetime, bytes("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")},
        {Value(Decimal128{1, 2}), Type::decimal128, bytes("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0")},
        {Value(Uuid{{9}}), Type::binary, bytes("\x10\0\0\0\4\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
        {Value(Binary{{7}, 5}), Type::binary, bytes("\1\0\0\0\5\7")},
        {Value(Binary{{7}, 2}), Type::binary, bytes("\5\0\0\0\2\1\0\0\0\7")},
        {Value(Regex{"a", "xi"}), Type::regex, bytes("a\0ix\0")},
        {Value(Code{"f"}), Type::code, bytes("\2\0\0\0f\0")},
        {Value(Timestamp{1, 2}), Type::timestamp, bytes("\2\0\0\0\1\0\0\0")},
        {Value(MinKey{}), Type::min_key, {}},
        {Value(MaxKey{}), Type::max_key, {}},
        {Value(Null{}), Type::null, {}},
        {Value(nullptr), Type::null, {}},
        {Value(std::optional<int>()), Type::null, {}},
        {Value(std::optional<int>(4)), Type::int32, bytes("\4\0\0\0")},
        {Value(Document()), Type::document, bytes("\5\0\0\0\0")},
        {Value(View()), Type::document, bytes("\5\0\0\0\0")},
        {Value(Array()), Type::array, bytes("\5\0\0\0\0")},
    };
    for (const auto& row : rows) {
        CAPTURE(name(row.type));
        CHECK(row.value.type() == row.type);
        CHECK(std::vector(row.value.ref().bytes().begin(), row.value.ref().bytes().end()) == row.payload);
    }
}

TEST_CASE("what BSON cannot hold is an error of finish with its path") {
    const std::string big(max_document_size, 'x');
    struct Row {
        const char* what;
        void (*write)(Builder&, const std::string& big);
        const char* path;
    };
    const Row rows[] = {
        {"a key holds NUL", [](Builder& b, const std::string&) { b.append(std::string_view("a\0b", 3), 1); }, ""},
        {"a key holds NUL",
         [](Builder& b, const std::string&) { b.open_document("x").append(std::string_view("\0", 1), 1).close(); }, "x"},
        {"a key is not valid UTF-8", [](Builder& b, const std::string&) { b.append("\xFF", 1); }, ""},
        {"a string is not valid UTF-8", [](Builder& b, const std::string&) { b.append("k", "\xC0\x80"); }, "k"},
        {"a string is not valid UTF-8",
         [](Builder& b, const std::string&) {
             b.open_document("x").open_array("y");
             b.push(1).push_document().append("z", "\xED\xA0\x80");
             b.close().close().close();
         },
         "x.y.1.z"},
        {"a string is not valid UTF-8", [](Builder& b, const std::string&) { b.append("k", Code{"\x80"}); }, "k"},
        {"a regular expression holds NUL",
         [](Builder& b, const std::string&) { b.append("k", Regex{std::string("a\0", 2), ""}); }, "k"},
        {"a regular expression holds NUL",
         [](Builder& b, const std::string&) { b.append("k", Regex{"", std::string("\0", 1)}); }, "k"},
        {"a regular expression is not valid UTF-8",
         [](Builder& b, const std::string&) { b.append("k", Regex{"\xF8", ""}); }, "k"},
        {"an unsigned integer above 2^63-1 has no BSON type",
         [](Builder& b, const std::string&) { b.append("k", std::uint64_t{1} << 63U); }, "k"},
        {"the document is larger than 16 MiB", [](Builder& b, const std::string& s) { b.append("k", s); }, "k"},
        {"the document is larger than 16 MiB", [](Builder& b, const std::string& s) { b.append(s, 1); }, ""},
        {"the document is larger than 16 MiB",
         [](Builder& b, const std::string& s) {
             const std::string_view half = std::string_view(s).substr(0, s.size() / 2);
             b.append("a", half).append("b", half);
         },
         "b"},
        {"documents are nested deeper than 100 levels",
         [](Builder& b, const std::string&) {
             for (int i = 0; i < 100; ++i) b.open_document("");
             for (int i = 0; i < 100; ++i) b.close();
         },
         nullptr},
        {"documents are nested deeper than 100 levels",
         [](Builder& b, const std::string&) { b.append_all(nested(max_depth + 1)); }, ""},
        {"documents are nested deeper than 100 levels",
         [](Builder& b, const std::string&) { b.append("k", nested(max_depth)); }, "k"},
        {"a document or array was left open", [](Builder& b, const std::string&) { b.open_array("k"); }, "k"},
        {"close without an open document or array", [](Builder& b, const std::string&) { b.close(); }, ""},
    };
    for (const auto& row : rows) {
        Builder b;
        b.append("before", 1);
        row.write(b, big);
        b.append("after", 1);
        const auto made = b.finish();
        CAPTURE(row.what);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().code == Errc::encode);
        CHECK(made.error().message == row.what);
        if (row.path != nullptr) CHECK(made.error().path == row.path);
        // The builder starts anew.
        b.append("a", 1);
        CHECK(b.finish().value() == doc("a", 1));
    }
}

TEST_CASE("NUL and broken UTF-8 are found anywhere in a key of any length") {
    for (std::size_t size = 1; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (const char bad : {'\0', '\x80', '\xFF'}) {
                std::string key(size, '\x01');
                key[at] = bad;
                Builder b;
                b.append(key, 1);
                CHECK_FALSE(b.finish().has_value());
            }
            std::string key(size, '\x7F');
            if (at + 1 < size) key.replace(at, 2, "\xC3\xA9");
            Builder b;
            b.append(key, 1);
            const auto made = b.finish();
            REQUIRE(made.has_value());
            CHECK((*made)[key].as_int32() == 1);
        }
    }
}

TEST_CASE("the first breach is the one that is told") {
    Builder b;
    b.append("first", "\xFF").append("second", ~std::uint64_t{0});
    CHECK(b.finish().error().path == "first");
}

TEST_CASE("nesting is allowed to 100 levels, however it comes to be") {
    Builder by_open;
    for (int i = 0; i < 99; ++i) by_open.open_document("d");
    for (int i = 0; i < 99; ++i) by_open.close();
    const auto deep = by_open.finish();
    REQUIRE(deep.has_value());
    CHECK(View::validate(deep->view().bytes()).has_value());

    Document by_copy;
    for (int i = 0; i < 99; ++i) by_copy = doc("d", by_copy);
    CHECK(by_copy == *deep);

    Builder all;
    all.append_all(by_copy);
    CHECK(all.finish().has_value());
    Builder once_more;
    once_more.append("d", by_copy);
    CHECK_FALSE(once_more.finish().has_value());
    Builder in_array;
    in_array.push(by_copy);
    CHECK_FALSE(in_array.finish().has_value());
    Builder in_scope;
    in_scope.append("c", code_scope("f", by_copy));
    CHECK_FALSE(in_scope.finish().has_value());
}

TEST_CASE("a document of exactly 16 MiB passes, one byte more does not") {
    const std::size_t overhead = 5 + 1 + 2 + 4 + 1;  // document, type, "k", length, NUL
    for (const std::size_t extra : {0U, 1U}) {
        const std::string text(max_document_size - overhead + extra, 'x');
        Builder           b;
        b.append("k", text);
        const auto made = b.finish();
        CHECK(made.has_value() == (extra == 0));
        if (made) CHECK(made->size() == max_document_size);
    }
    // The terminators of open levels count too.
    const std::string text(max_document_size - overhead, 'x');
    Builder           b;
    b.open_document("").append("k", text).close();
    CHECK_FALSE(b.finish().has_value());
}

TEST_CASE("arrays number their elements, each level for itself") {
    Builder b;
    b.open_array("a");
    for (int i = 0; i < 12; ++i) b.push(i);
    b.push_array().push("x").push("y").close();
    b.push_document().append("k", 1).close();
    b.push_array(array("z").view());
    b.close();
    const auto made = b.take();
    CHECK(made.at_path("a.11").as_int32() == 11);
    CHECK(made.at_path("a.12.1").as_string() == "y");
    CHECK(made.at_path("a.13.k").as_int32() == 1);
    CHECK(made.at_path("a.14.0").as_string() == "z");
    std::size_t n = 0;
    for (const Element& element : made["a"].as_view()) CHECK(element.key == std::to_string(n++));
    CHECK(n == 15);
}

TEST_CASE("a copied value keeps its type and bytes, a missing one writes nothing") {
    const Document from = all_types();
    Builder        b;
    b.append("missing", ValueRef());
    for (const Element& element : from) b.append(element.key, element.value);
    CHECK(b.take() == from);
    Builder all;
    all.append_all(from).append_all(View());
    CHECK(all.take() == from);
}

TEST_CASE("a document survives growth over many sizes, and a reused buffer") {
    std::vector<std::uint8_t> buffer;
    for (std::size_t n = 0; n < 2000; n += 7) {
        Builder     b(std::move(buffer));
        std::string text(n, 'x');
        b.append("text", text).open_array("list");
        for (std::size_t i = 0; i < n / 10; ++i) b.push(static_cast<std::int32_t>(i));
        b.close();
        auto made = b.finish();
        REQUIRE(made.has_value());
        REQUIRE(View::validate(made->view().bytes()).has_value());
        CHECK((*made)["text"].as_string() == text);
        CHECK((*made)["list"].as_view().count() == n / 10);
        buffer = made->release();
        CHECK(made->empty());
    }
}

TEST_CASE("bytes become a document only when they are valid") {
    CHECK(Document::from_bytes(bytes("\x0C\0\0\0\x10" "a\0\1\0\0\0\0")).value() == doc("a", 1));
    CHECK(Document::from_bytes(bytes("\x0C\0\0\0\x10" "a\0\1\0\0\0\1")).error().code == Errc::decode);
    CHECK(Document::from_bytes({}).error().code == Errc::decode);
}
