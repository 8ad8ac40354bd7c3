#include <random>
#include <string>

#include <doctest/doctest.h>

#include <tenon/bson/bson.hpp>

#include "samples.hpp"

using namespace tenon::bson;
using namespace tenon::bson::test;
using tenon::Errc;

namespace {

// An exact allocation, so that a sanitizer sees the first byte read behind it.
bool accepts(std::span<const std::uint8_t> from, ValidateOptions options = {}) {
    const std::vector<std::uint8_t> exact(from.begin(), from.end());
    return View::validate(exact, options).has_value();
}

std::size_t walk(View document) {
    std::size_t n = 0;
    for (const Element& element : document) {
        n += element.key.size() + element.value.bytes().size() + hash(element.value) % 2;
        switch (element.value.type()) {
            case Type::document:
            case Type::array: n += walk(element.value.as_view()); break;
            case Type::code_scope: n += walk(element.value.code_scope()); break;
            case Type::regex: n += element.value.regex_pattern().size() + element.value.regex_options().size(); break;
            case Type::binary: n += element.value.binary_bytes().size(); break;
            default: break;
        }
    }
    return n;
}

}  // namespace

TEST_CASE("a document of all types is valid") {
    const Document d = all_types();
    CHECK(accepts(d.view().bytes()));
    CHECK(accepts(d.view().bytes(), {.duplicate_keys = false}));
    CHECK(accepts(View().bytes()));
}

TEST_CASE("every truncation is refused, with the length told true or as it was") {
    const Document d = all_types();
    for (std::uint32_t n = 0; n < d.size(); ++n) {
        CAPTURE(n);
        std::vector<std::uint8_t> part(d.view().data(), d.view().data() + n);
        CHECK_FALSE(accepts(part));
        if (n >= 5) {
            std::memcpy(part.data(), &n, 4);
            part.back() = 0;
            const auto view = View::validate(part);
            // A cut between two elements is a shorter document; any other must be refused.
            if (view) walk(*view);
        }
    }
}

TEST_CASE("every change of one byte is refused or can be read") {
    const Document    d = all_types();
    std::vector<std::uint8_t> bytes(d.view().bytes().begin(), d.view().bytes().end());
    std::size_t read = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::uint8_t was = bytes[i];
        for (unsigned value = 0; value < 256; ++value) {
            bytes[i] = static_cast<std::uint8_t>(value);
            if (const auto view = View::validate(bytes)) read += walk(*view) > 0 ? 1 : 0;
        }
        bytes[i] = was;
    }
    CHECK(read > 1000);
}

TEST_CASE("random changes of several bytes are refused or can be read") {
    const Document  d = all_types();
    std::mt19937    random(4);
    std::size_t     read = 0;
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::uint8_t> bytes(d.view().bytes().begin(), d.view().bytes().end());
        for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random() % 20);
        if (const auto view = View::validate(bytes)) read += walk(*view) > 0 ? 1 : 0;
    }
    CHECK(read > 0);
}

TEST_CASE("broken bytes are refused with what was wrong and where") {
    struct Row {
        std::vector<std::uint8_t> bytes;
        const char*               message;
        const char*               path;
    };
    const Row rows[] = {
        {{}, "the bytes end before the shortest document does", ""},
        {bytes("\5\0\0\0"), "the bytes end before the shortest document does", ""},
        {bytes("\6\0\0\0\0"), "the bytes end before the document's own length", ""},
        {bytes("\4\0\0\0\0"), "bytes follow behind the document's own length", ""},
        {bytes("\0\0\0\0\0"), "bytes follow behind the document's own length", ""},
        {bytes("\xFF\xFF\xFF\xFF\0"), "the bytes end before the document's own length", ""},
        {bytes("\5\0\0\0\0\0"), "bytes follow behind the document's own length", ""},
        {bytes("\5\0\0\0\1"), "the document has no terminator", ""},
        {bytes("\6\0\0\0\0\0"), "the document's terminator stands before its length is reached", ""},
        {bytes("\7\0\0\0\x0A" "a\0"), "a key has no terminator", ""},
        {bytes("\6\0\0\0\x0A\0"), "a key has no terminator", ""},
        {bytes("\x08\0\0\0\x14" "a\0\0"), "the element's type byte is none of BSON's", "a"},
        {bytes("\x08\0\0\0\x80" "a\0\0"), "the element's type byte is none of BSON's", "a"},
        {bytes("\x08\0\0\0\x0A\xFF\0\0"), "the key is not valid UTF-8", "?"},
        // booleans
        {bytes("\x09\0\0\0\x08" "a\0\2\0"), "a boolean is neither 0 nor 1", "a"},
        {bytes("\x08\0\0\0\x08" "a\0\0"), "the value ends behind its document", "a"},
        // fixed sizes, each one byte short
        {bytes("\x0F\0\0\0\x01" "a\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0F\0\0\0\x09" "a\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0F\0\0\0\x11" "a\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0F\0\0\0\x12" "a\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0B\0\0\0\x10" "a\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x13\0\0\0\x07" "a\0\0\0\0\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x17\0\0\0\x13" "a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        // strings
        {bytes("\x0B\0\0\0\x02" "a\0\1\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0D\0\0\0\x02" "a\0\0\0\0\0\0\0"), "a string's length is zero; it counts the terminator", "a"},
        {bytes("\x0D\0\0\0\x02" "a\0\3\0\0\0b\0"), "a string's length reaches behind its document", "a"},
        {bytes("\x0D\0\0\0\x02" "a\0\xFF\xFF\xFF\xFF" "b\0"), "a string's length reaches behind its document", "a"},
        {bytes("\x0E\0\0\0\x02" "a\0\2\0\0\0bc\0"), "a string has no terminator", "a"},
        {bytes("\x0E\0\0\0\x02" "a\0\2\0\0\0\xFF\0\0"), "a string is not valid UTF-8", "a"},
        {bytes("\x0E\0\0\0\x0D" "a\0\2\0\0\0\xFF\0\0"), "a string is not valid UTF-8", "a"},
        {bytes("\x0E\0\0\0\x0E" "a\0\2\0\0\0\xFF\0\0"), "a string is not valid UTF-8", "a"},
        // documents in documents
        {bytes("\x0C\0\0\0\x03" "a\0\5\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0D\0\0\0\x03" "a\0\4\0\0\0\0\0"), "a document's length is below the shortest document's", "a"},
        {bytes("\x0D\0\0\0\x03" "a\0\6\0\0\0\0\0"), "a document's length reaches behind the document around it", "a"},
        {bytes("\x0D\0\0\0\x04" "a\0\5\0\0\0\1\0"), "the document has no terminator", "a"},
        {bytes("\x15\0\0\0\x03" "a\0\x0D\0\0\0\x10" "b\0\1\0\0\0\0\0\0"), "the document's terminator stands before its length is reached", "a"},
        {bytes("\x17\0\0\0\x04" "a\0\x0F\0\0\0\x03" "b\0\7\0\0\0\x08\0\0\0\0"), "the value ends behind its document", "a.b."},
        // binary
        {bytes("\x0C\0\0\0\x05" "a\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x0E\0\0\0\x05" "a\0\2\0\0\0\0\1\0"), "a binary's length reaches behind its document", "a"},
        {bytes("\x0E\0\0\0\x05" "a\0\xFF\xFF\xFF\xFF\0\1\0"), "a binary's length reaches behind its document", "a"},
        {bytes("\x10\0\0\0\x05" "a\0\3\0\0\0\2\0\0\0\0"), "a binary of subtype 2 disagrees with its inner length", "a"},
        {bytes("\x12\0\0\0\x05" "a\0\5\0\0\0\2\2\0\0\0\1\0"), "a binary of subtype 2 disagrees with its inner length", "a"},
        // regular expressions
        {bytes("\x08\0\0\0\x0B" "a\0\0"), "a regular expression has no terminator", "a"},
        {bytes("\x09\0\0\0\x0B" "a\0\0\0"), "a regular expression has no terminator", "a"},
        {bytes("\x0B\0\0\0\x0B" "a\0p\0i\0"), "a regular expression has no terminator", "a"},
        {bytes("\x0B\0\0\0\x0B" "a\0\xFF\0\0\0"), "a regular expression is not valid UTF-8", "a"},
        {bytes("\x0B\0\0\0\x0B" "a\0\0\xFF\0\0"), "a regular expression is not valid UTF-8", "a"},
        // dbPointer
        {bytes("\x13\0\0\0\x0C" "a\0\1\0\0\0\0\0\0\0\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x19\0\0\0\x0C" "a\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "a string's length reaches behind its document", "a"},
        // code with scope: length too short, too long, source that eats the scope, scope of another length
        {bytes("\x15\0\0\0\x0F" "a\0\x0D\0\0\0\1\0\0\0\0\5\0\0\0\0"), "the value ends behind its document", "a"},
        {bytes("\x16\0\0\0\x0F" "a\0\x0D\0\0\0\1\0\0\0\0\5\0\0\0\0\0"), "a code with scope has a wrong length", "a"},
        {bytes("\x16\0\0\0\x0F" "a\0\x0F\0\0\0\1\0\0\0\0\5\0\0\0\0\0"), "a code with scope has a wrong length", "a"},
        {bytes("\x16\0\0\0\x0F" "a\0\x0E\0\0\0\6\0\0\0\0\5\0\0\0\0\0"), "a scope's length is not what its code leaves", "a"},
        {bytes("\x16\0\0\0\x0F" "a\0\x0E\0\0\0\1\0\0\0\0\4\0\0\0\0\0"), "a scope's length is not what its code leaves", "a"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.message);
        const std::vector<std::uint8_t> exact = row.bytes;
        const auto                      view  = View::validate(exact);
        REQUIRE_FALSE(view.has_value());
        CHECK(view.error().code == Errc::decode);
        CHECK(view.error().message == row.message);
        CHECK(view.error().path == row.path);
    }
}

TEST_CASE("the path of an error is dotted through arrays") {
    Document d = doc("name", "x", "reactions", array(doc("at", 1), doc("at", 2), doc("at", 3), doc("by", "a", "at", true)));
    auto     bytes = d.release();
    bytes[bytes.size() - 4] = 9;  // the boolean, before the terminators of the object, the array and the document
    CHECK(View::validate(bytes).error().path == "reactions.3.at");
}

TEST_CASE("the path of an error is dotted through any number of levels") {
    for (int levels = 1; levels < 20; ++levels) {
        CAPTURE(levels);
        Document    d = doc("flag", true);
        std::string path;
        for (int i = 0; i < levels; ++i) d = doc("k" + std::to_string(i), std::move(d));
        for (int i = levels; i-- > 0;) path += "k" + std::to_string(i) + ".";
        auto bytes = d.release();
        bytes[bytes.size() - static_cast<std::size_t>(levels) - 2] = 9;  // the boolean, before all terminators
        CHECK(View::validate(bytes).error().path == path + "flag");
    }
}

TEST_CASE("nesting is refused past the limit, without recursion") {
    CHECK(accepts(nested(max_depth).view().bytes()));
    CHECK_FALSE(accepts(nested(max_depth + 1).view().bytes()));
    CHECK(View::validate(nested(max_depth + 1).view().bytes()).error().message == "documents are nested too deep");
    CHECK_FALSE(accepts(nested(5).view().bytes(), {.max_depth = 4}));
    CHECK(accepts(nested(5).view().bytes(), {.max_depth = 5}));
    CHECK_FALSE(accepts(nested(1).view().bytes(), {.max_depth = 0}));
    CHECK(accepts(nested(5000).view().bytes(), {.max_depth = 5000}));
    CHECK_FALSE(accepts(nested(5000).view().bytes()));
}

TEST_CASE("a scope counts as a level") {
    const Document scope = doc("c", code_scope("f", Document()));
    CHECK(accepts(scope.view().bytes(), {.max_depth = 2}));
    CHECK_FALSE(accepts(scope.view().bytes(), {.max_depth = 1}));
}

TEST_CASE("duplicate keys are refused when asked, at every level") {
    const auto twice = [](std::string_view key) {
        Builder b;
        b.append(key, 1).append("other", 2).append(key, 3);
        return b.take();
    };
    const ValidateOptions strict{.duplicate_keys = false};
    struct Row {
        Document    document;
        const char* path;
    };
    const Row rows[] = {
        {twice("a"), "a"},
        {doc("x", twice("a")), "x.a"},
        {doc("x", array(1, twice("a"))), "x.1.a"},
        {doc("x", code_scope("f", twice("a"))), "x.a"},
        {twice(""), ""},
    };
    for (const auto& row : rows) {
        CHECK(accepts(row.document.view().bytes()));
        const auto view = View::validate(row.document.view().bytes(), strict);
        REQUIRE_FALSE(view.has_value());
        CHECK(view.error().code == Errc::decode);
        CHECK(view.error().path == row.path);
    }
    // Keys of an array are positions.
    CHECK(accepts(doc("x", Array(twice("0"))).view().bytes(), strict));
}

TEST_CASE("UTF-8 is checked only when asked") {
    const auto bad_string = bytes("\x0E\0\0\0\x02" "a\0\2\0\0\0\xFF\0\0");
    const auto bad_key    = bytes("\x08\0\0\0\x0A\xFF\0\0");
    CHECK_FALSE(accepts(bad_string));
    CHECK_FALSE(accepts(bad_key));
    CHECK(accepts(bad_string, {.utf8 = false}));
    CHECK(accepts(bad_key, {.utf8 = false}));
    CHECK(accepts(bytes("\x0F\0\0\0\x02" "a\0\3\0\0\0b\0\0\0")));  // NUL within a string
}
