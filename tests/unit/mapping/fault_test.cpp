#include <algorithm>
#include <cstring>

#include "unit/mapping/entities.hpp"

using namespace mapping_test;

TEST_CASE("a fault names the field and the two types") {
    struct Row {
        const char* json;
        const char* path;
        const char* says;
    };
    const Row rows[] = {
        {R"({"sender":"a"})", "_id", "is missing"},
        {R"({"_id":"x"})", "_id", "is a string, the entity's member is ObjectId"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":5})", "sender", "is an int, the entity's member is std::string"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":{}})", "reactions", "is an object, the entity's member is array"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":[{"emoji":"e","user":"u","at":{"$date":{"$numberLong":"1"}}},{"emoji":"e","user":"u","at":"x"}]})",
         "reactions.1.at", "is a string, the entity's member is DateTime"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":[{"emoji":"e","at":{"$date":{"$numberLong":"1"}}}]})", "reactions.0.user",
         "is missing"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":[7]})", "reactions.0", "is an int, the entity's member is struct"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","sender":"b"})", "sender", "is there twice"},
        {R"({"_id":{"$oid":"090000000000000000000000"},"sender":null})", "sender", "is null"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.json);
        const auto got = read<Message>(row.json);
        REQUIRE_FALSE(got.has_value());
        CHECK(got.error().code == tenon::Errc::decode);
        CHECK(got.error().path == row.path);
        CHECK(got.error().where == row.path);
        CHECK_MESSAGE(got.error().message.find(row.says) != std::string::npos, got.error().message);
    }
    CHECK(read<Message>(rows[2].json).error().document_id == R"({"$oid":"090000000000000000000000"})");
    CHECK(read<Message>(rows[0].json).error().document_id.empty());
}

TEST_CASE("a duplicate is an error wherever it stands") {
    struct Two {
        std::int32_t                        a{};
        std::map<std::string, std::int32_t> m{};
    };
    CHECK(read<Two>(R"({"a":1,"m":{},"a":1})").error().path == "a");
    CHECK(read<Two>(R"({"m":{},"a":1,"m":{}})").error().path == "m");
    CHECK(read<Two>(R"({"a":1,"m":{"k":1,"k":1}})").error().path == "m.k");
    CHECK(read<Two>(R"({"a":1,"m":{},"x":1,"x":2})").has_value());
}

TEST_CASE("a Mapper's refusal keeps its words and gets the path") {
    struct Bill {
        std::vector<Money> lines{};
    };
    const auto got = read<Bill>(R"({"lines":[{"$numberLong":"1"},{"$numberLong":"-1"}]})");
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().path == "lines.1");
    CHECK(got.error().message.find("money is never negative") != std::string::npos);
}

TEST_CASE("text must be UTF-8, in both directions and in keys that are data") {
    Message message;
    message.sender = "caf\xC3\xA9 \xF0\x9F\x8E\x89 with more than sixteen bytes";
    auto document  = tenon::encode(message);
    REQUIRE(document.has_value());
    auto bytes = document->release();
    CHECK(tenon::decode<Message>(bytes)->sender == message.sender);
    const auto at = std::find(bytes.begin(), bytes.end(), std::uint8_t{0xC3});
    REQUIRE(at != bytes.end());
    at[1] = 'x';
    CHECK(tenon::decode<Message>(bytes).error().path == "sender");
    message.reactions.resize(2);
    for (const char* bad : {"\x80", "a\xFF", "\xC0\x80", "\xED\xA0\x80", "0123456789012345678901234567890123456789\xF5"}) {
        message.reactions[1].user = bad;
        const auto refused        = tenon::encode(message);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == tenon::Errc::encode);
        CHECK(refused.error().path == "reactions.1.user");
        CHECK(refused.error().message.find(bad) == std::string::npos);
    }
    struct Keys {
        std::map<std::string, int> m{};
    };
    CHECK(tenon::encode(Keys{{{std::string("a\0b", 3), 1}}}).error().message.find("NUL") != std::string::npos);
    CHECK_FALSE(tenon::encode(Keys{{{"\xFF", 1}}}).has_value());
    message.reactions.clear();
    message.sender = std::string("a\0b", 3);
    CHECK(tenon::decode<Message>(*tenon::encode(message))->sender == message.sender);
}

TEST_CASE("a document over 16 MiB is refused and the buffer can be used again") {
    Message                   message;
    std::vector<std::uint8_t> buffer;
    message.sender = std::string(tenon::bson::max_document_size, 'x');
    const auto big = tenon::encode(message, buffer);
    REQUIRE_FALSE(big.has_value());
    CHECK(big.error().code == tenon::Errc::encode);
    CHECK(buffer.empty());
    message.sender = "small";
    CHECK(tenon::encode(message, buffer).has_value());
}

namespace {

Message sample() {
    Message message;
    message.id.bytes.fill(3);
    message.sender    = "ann";
    message.reactions = {{"+1", "a rather long name of a user", tenon::DateTime(1)}, {"-1", "bob", tenon::DateTime(2)}};
    message.reply_to  = "r";
    return message;
}

}  // namespace

TEST_CASE("bytes cut anywhere are an error, never read past") {
    auto bytes = tenon::encode(sample())->release();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        // A buffer of its own size, so that a sanitizer sees one byte too many.
        const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(tenon::decode<Message>(cut).has_value());
        if (size < 5) continue;
        auto framed  = cut;
        auto claimed = static_cast<std::uint32_t>(size);
        std::memcpy(framed.data(), &claimed, 4);
        framed.back()   = 0;
        const auto read = tenon::decode<Message>(framed);
        CHECK_FALSE(read.has_value());
        if (!read) CHECK(read.error().code == tenon::Errc::decode);
    }
    bytes.push_back(0);
    CHECK_FALSE(tenon::decode<Message>(bytes).has_value());
}

TEST_CASE("any byte changed is a value or an error") {
    const auto bytes = tenon::encode(sample())->release();
    Message    used;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const int flip : {0x01, 0x10, 0x40, 0x80, 0xFF}) {
            auto changed = bytes;
            changed[i]   = static_cast<std::uint8_t>(changed[i] ^ flip);
            const auto fresh = tenon::decode<Message>(changed);
            CHECK(fresh.has_value() == tenon::decode_into(std::span<const std::uint8_t>(changed), used).has_value());
        }
    }
}

TEST_CASE("nesting past 100 is refused in free-form members and in Extra") {
    struct Free {
        tenon::bson::Document d{};
    };
    struct Open {
        tenon::Extra rest{};
    };
    const auto nested = [](int levels) {
        std::vector<std::uint8_t> bytes{5, 0, 0, 0, 0};
        for (int i = 0; i < levels; ++i) {
            std::vector<std::uint8_t> outer{0, 0, 0, 0, 3, 'd', 0};
            outer.insert(outer.end(), bytes.begin(), bytes.end());
            outer.push_back(0);
            const auto size = static_cast<std::uint32_t>(outer.size());
            std::memcpy(outer.data(), &size, 4);
            bytes = outer;
        }
        return bytes;
    };
    CHECK(tenon::decode<Free>(nested(90)).has_value());
    CHECK(tenon::decode<Open>(nested(90)).has_value());
    CHECK_FALSE(tenon::decode<Free>(nested(150)).has_value());
    CHECK_FALSE(tenon::decode<Open>(nested(150)).has_value());
}
