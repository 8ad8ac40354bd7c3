#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <tenon/result.hpp>

namespace {

using tenon::Errc;
using tenon::Result;

Result<int> halved(int number) {
    if (number % 2 != 0) return tenon::fail(Errc::invalid_argument, "the number is odd", "number");
    return number / 2;
}
Result<std::string> as_text(int number) {
    return halved(number).map([](int half) { return std::to_string(half); });
}
Result<void> forgotten(int number) {
    return halved(number).map([](int) {});
}
Result<int> renamed(int number) {
    return halved(number).map_error([](tenon::Error error) {
        error.where = "here";
        return error;
    });
}
Result<std::unique_ptr<int>> owned(int number) {
    return halved(number).and_then([](int half) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(half); });
}
Result<int> quarter(int number) {
    const auto half = halved(number);
    return half.and_then(halved);
}
Result<int> or_zero(int number) {
    return halved(number).or_else([](const tenon::Error& error) -> Result<int> {
        if (error.code == Errc::invalid_argument) return 0;
        return tenon::fail(error);
    });
}

}  // namespace

TEST_CASE("what map makes of a Result is a Result where one is wanted") {
    CHECK(as_text(8).value() == "4");
    CHECK(forgotten(8).has_value());
    CHECK(renamed(8).value() == 4);
}

TEST_CASE("a failure passes through map as it was") {
    CHECK(as_text(7).error().path == "number");
    CHECK(forgotten(7).error().code == Errc::invalid_argument);
    CHECK(renamed(7).error().where == "here");
}

TEST_CASE("and_then goes on with a call that gives a Result, of another type or one that cannot be copied") {
    CHECK(*owned(8).value() == 4);
    CHECK(quarter(8).value() == 2);
    CHECK(quarter(6).error().path == "number");
    CHECK(owned(7).error().message == "the number is odd");
    const Result<void> done;
    CHECK(done.and_then([] { return halved(4); }).value() == 2);
    CHECK(Result<std::unique_ptr<int>>(std::make_unique<int>(6)).and_then([](std::unique_ptr<int> held) { return halved(*held); }).value() == 3);
}

TEST_CASE("or_else answers a failure, and only that") {
    CHECK(or_zero(7).value() == 0);
    CHECK(or_zero(8).value() == 4);
    const auto kept = halved(7).or_else([](tenon::Error error) -> Result<int> { return tenon::fail(std::move(error)); });
    CHECK(kept.error().message == "the number is odd");
}
