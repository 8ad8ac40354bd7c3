#include <doctest/doctest.h>

#include <string>

#include <tenon/bson/json.hpp>

#include "support/random_bson.hpp"

namespace {

using namespace tenon;
using testing_support::RandomBson;

}  // namespace

TEST_CASE("any document comes back from canonical JSON byte for byte") {
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        const bson::Document document = RandomBson(seed).document();
        const std::string    json     = bson::to_json(document, bson::JsonMode::canonical);
        const auto           read     = bson::from_json(json);
        INFO("seed " << seed << " " << json);
        REQUIRE_MESSAGE(read, read.error().message);
        REQUIRE(*read == document);
        REQUIRE(bson::View::validate(document.view().bytes()));
    }
}

TEST_CASE("relaxed JSON reads back to a document that prints the same") {
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        const std::string json = bson::to_json(RandomBson(seed).document());
        const auto        read = bson::from_json(json);
        INFO("seed " << seed << " " << json);
        REQUIRE_MESSAGE(read, read.error().message);
        REQUIRE(bson::to_json(*read) == json);
    }
}

TEST_CASE("any value comes back from canonical JSON byte for byte") {
    for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
        const bson::Value value = RandomBson(seed).value();
        const std::string json  = bson::to_json(value.ref(), bson::JsonMode::canonical);
        const auto        read  = bson::value_from_json(json);
        INFO("seed " << seed << " " << json);
        REQUIRE_MESSAGE(read, read.error().message);
        REQUIRE(*read == value);
    }
}
