// Counts what encode and decode take from the heap.
#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/mapping/entities.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* got = std::malloc(size)) return got;
    throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

using namespace mapping_test;

namespace {

template <class Work>
std::size_t counted(Work&& work) {
    const std::size_t before = allocations;
    work();
    return allocations - before;
}

Message sample() {
    Message message;
    message.sender    = "a sender with a long name";
    message.reactions = {{"+1", "a rather long name of a user", tenon::DateTime(1)}, {"-1", "bob", tenon::DateTime(2)}, {"x", "y", {}}};
    message.reply_to  = "a reply that does not fit into a short string";
    return message;
}

}  // namespace

TEST_CASE("encode takes nothing from the heap after its first call") {
    const Message             message = sample();
    std::vector<std::uint8_t> buffer;
    REQUIRE(tenon::encode(message, buffer).has_value());
    CHECK(counted([&] { REQUIRE(tenon::encode(message, buffer).has_value()); }) == 0);
    buffer.clear();
    CHECK(counted([&] { REQUIRE(tenon::encode(message, buffer).has_value()); }) == 0);
}

TEST_CASE("decode takes only what the struct's members take") {
    const Message message = sample();
    const auto    bytes   = tenon::encode(message)->release();
    const auto    copying = counted([&] { const Message copy = message; });
    CHECK(copying > 0);
    CHECK(counted([&] { REQUIRE(tenon::decode<Message>(std::span<const std::uint8_t>(bytes)).has_value()); }) == copying);
    Message used;
    REQUIRE(tenon::decode_into(std::span<const std::uint8_t>(bytes), used).has_value());
    CHECK(counted([&] { REQUIRE(tenon::decode_into(std::span<const std::uint8_t>(bytes), used).has_value()); }) == 0);
}

TEST_CASE("a vector of structs that grows keeps what its elements have") {
    Message more  = sample();
    Message fewer = sample();
    more.reactions.push_back({"z", "a fourth user with a long name of his own", {}});
    fewer.reactions.pop_back();
    const auto bytes = tenon::encode(more)->release();
    Message    used  = fewer;
    // One for the longer vector, one for the new element's string.
    CHECK(counted([&] { REQUIRE(tenon::decode_into(std::span<const std::uint8_t>(bytes), used).has_value()); }) == 2);
    CHECK(used.reactions.size() == 4);
    CHECK(used.reactions[0].user == more.reactions[0].user);
    CHECK(used.reactions[3].user == more.reactions[3].user);
    const auto short_bytes = tenon::encode(fewer)->release();
    CHECK(counted([&] { REQUIRE(tenon::decode_into(std::span<const std::uint8_t>(short_bytes), used).has_value()); }) == 0);
    CHECK(used.reactions.size() == 2);
    // Its capacity would do, but growing in place costs each entity a tenth more to compile: one for the vector, one for the last user.
    CHECK(used.reactions.capacity() >= 4);
    CHECK(counted([&] { REQUIRE(tenon::decode_into(std::span<const std::uint8_t>(bytes), used).has_value()); }) == 2);
    CHECK(used.reactions[3].user == more.reactions[3].user);
}
