#include "mql/regex.hpp"
#include "unit/mql/match_rows.hpp"

using namespace tenon;

TEST_CASE("a pattern past its limit of work is an error and not an answer") {
    const bson::Document filter = bson::doc("a", bson::doc("$regex", "^(a+)+$"));
    const auto           parsed = mql::Filter::parse(filter);
    REQUIRE(parsed.has_value());
    const std::string hostile = std::string(60, 'a') + "b";
    const auto        matched = parsed->matches(bson::doc("a", hostile));
    REQUIRE_FALSE(matched.has_value());
    CHECK(matched.error().code == Errc::invalid_argument);
    CHECK(matched.error().server.code == 51156);
    CHECK(matched.error().message.find("aaa") == std::string::npos);

    // The negation must not turn the failure into a match.
    const auto negated = mql::Filter::parse(bson::doc("a", bson::doc("$not", bson::doc("$regex", "^(a+)+$"))));
    CHECK_FALSE(negated->matches(bson::doc("a", hostile)).has_value());
    // The thread's scratch serves the next match.
    CHECK(*parsed->matches(bson::doc("a", "aaaa")));
}

TEST_CASE("honest patterns over long text stay below the limit") {
    const std::string text(100'000, 'a');
    for (const char* pattern : {"^(a|b)*$", "^a*b?a$", "a{1000}$", "^.*a$"}) {
        CAPTURE(std::string(pattern));
        const auto compiled = mql::Pattern::compile(pattern, "");
        REQUIRE(compiled.has_value());
        const auto matched = (*compiled)->matches(text);
        REQUIRE(matched.has_value());
        CHECK(*matched);
    }
}

TEST_CASE("text that is not UTF-8 does not match") {
    const auto compiled = mql::Pattern::compile(".", "");
    REQUIRE(compiled.has_value());
    CHECK_FALSE(*(*compiled)->matches("\xff\xfe"));
    CHECK(*(*compiled)->matches("\xc3\xa9"));
}
