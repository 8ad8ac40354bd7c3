#include <tenon/mapping/patch.hpp>

#include "unit/mapping/entities.hpp"

using namespace mapping_test;

namespace {

struct Edit {
    std::optional<std::string>                sender{};
    std::optional<std::optional<std::string>> reply_to{};
    std::optional<std::int64_t>               version{};
};
struct Create {
    std::string                sender{};
    std::optional<std::string> reply_to{};
    std::vector<Reaction>      reactions{};
};

}  // namespace

TEST_CASE("a patch fills what it holds and leaves the rest") {
    Message message{.sender = "ann", .reply_to = "r", .version = 3};
    REQUIRE(tenon::fill(message, Edit{}).has_value());
    CHECK(message == Message{.sender = "ann", .reply_to = "r", .version = 3});
    REQUIRE(tenon::fill(message, Edit{.sender = "bob", .reply_to = std::optional<std::string>()}).has_value());
    CHECK(message == Message{.sender = "bob", .version = 3});
    REQUIRE(tenon::fill(message, Create{"cem", "x", {Reaction{}}}).has_value());
    CHECK(message.sender == "cem");
    CHECK(message.reply_to == "x");
    CHECK(message.reactions.size() == 1);
}

TEST_CASE("a patch is an update of the fields that it holds") {
    const auto json = [](const auto& patch) { return tenon::bson::to_json(tenon::encode_patch<Message>(patch)->view()); };
    CHECK(json(Edit{}) == "{}");
    CHECK(json(Edit{.sender = "bob", .version = 4}) == R"({"$set":{"sender":"bob","version":4}})");
    CHECK(json(Edit{.reply_to = std::optional<std::string>()}) == R"({"$unset":{"reply_to":""}})");
    CHECK(json(Create{"cem", "x", {}}) == R"({"$set":{"sender":"cem","reply_to":"x","reactions":[]}})");
    const auto bad = tenon::encode_patch<Message>(Edit{.sender = "\xFF"});
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().path == "sender");
    const auto deep = tenon::encode_patch<Message>(Create{"a", {}, {Reaction{"\xFF", "", {}}}});
    REQUIRE_FALSE(deep.has_value());
    CHECK(deep.error().path == "reactions.0.emoji");
}
