#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/values.hpp>

using namespace tenon::bson;
using tenon::Errc;

namespace {

template <class Id>
std::vector<Id> generate(std::size_t n) {
    std::vector<Id> ids(n);
    for (Id& id : ids) id = Id::generate();
    return ids;
}

/// What a child of fork() generates.
template <class Id>
std::vector<Id> generate_in_child(std::size_t n) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::fflush(nullptr);  // or the child's sanitizer prints the parent's buffer again
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto        ids  = generate<Id>(n);
        const auto*       at   = reinterpret_cast<const char*>(ids.data());
        std::size_t       left = n * sizeof(Id);
        while (left != 0) {
            const ssize_t wrote = ::write(ends[1], at, left);
            if (wrote <= 0) ::_exit(1);
            at += wrote;
            left -= static_cast<std::size_t>(wrote);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::vector<Id> ids(n);
    auto*           at   = reinterpret_cast<char*>(ids.data());
    std::size_t     left = n * sizeof(Id);
    while (left != 0) {
        const ssize_t got = ::read(ends[0], at, left);
        if (got <= 0) break;
        at += got;
        left -= static_cast<std::size_t>(got);
    }
    ::close(ends[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(left == 0);
    CHECK(status == 0);
    return ids;
}

template <class Id>
void unique_over_threads() {
    std::vector<std::vector<Id>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& part : made) threads.emplace_back([&part] { part = generate<Id>(20000); });
    }
    std::unordered_set<Id> all;
    for (const auto& part : made) all.insert(part.begin(), part.end());
    CHECK(all.size() == 80000);
}

template <class Id>
void unique_over_fork() {
    std::set<Id> all;
    std::size_t  n   = 0;
    const auto   add = [&](const std::vector<Id>& ids) {
        all.insert(ids.begin(), ids.end());
        n += ids.size();
    };
    add(generate<Id>(100));
    add(generate_in_child<Id>(100));
    add(generate_in_child<Id>(100));
    add(generate<Id>(100));
    CHECK(all.size() == n);
}

}  // namespace

TEST_CASE("ObjectIds are unique over threads") { unique_over_threads<ObjectId>(); }
TEST_CASE("UUIDs are unique over threads") { unique_over_threads<Uuid>(); }
TEST_CASE("ObjectIds are unique over fork") { unique_over_fork<ObjectId>(); }
TEST_CASE("UUIDs are unique over fork") { unique_over_fork<Uuid>(); }

TEST_CASE("a child of fork draws its own process part") {
    const auto part = [](const ObjectId& id) { return std::vector(id.bytes.begin() + 4, id.bytes.begin() + 9); };
    const auto before = ObjectId::generate();
    const auto child  = generate_in_child<ObjectId>(2);
    const auto after  = ObjectId::generate();
    CHECK(part(before) == part(after));
    CHECK(part(child[0]) == part(child[1]));
    CHECK(part(child[0]) != part(before));
}

TEST_CASE("an ObjectId is seconds, process, counter, each big-endian") {
    const auto floor = [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); };
    const auto low   = floor();
    const auto a     = ObjectId::generate();
    const auto b     = ObjectId::generate();
    CHECK(a.created_at() >= low);
    CHECK(b.created_at() <= floor());
    const auto counter = [](const ObjectId& id) { return (id.bytes[9] << 16U) + (id.bytes[10] << 8U) + id.bytes[11]; };
    CHECK(((counter(b) - counter(a)) & 0xFFFFFF) == 1);
    CHECK(ObjectId::parse("6920000000000000000000ff")->created_at() == std::chrono::sys_seconds(std::chrono::seconds(0x69200000)));
    CHECK(ObjectId::parse("ffffffff0000000000000000")->created_at() == std::chrono::sys_seconds(std::chrono::seconds(0xFFFFFFFF)));
}

TEST_CASE("the text of an ObjectId is 24 hexadecimal digits") {
    const std::string text = "0123456789abcdef00ff1020";
    CHECK(ObjectId::parse(text)->to_string() == text);
    CHECK(ObjectId::parse("0123456789ABCDEF00FF1020")->to_string() == text);
    const auto id = ObjectId::generate();
    CHECK(ObjectId::parse(id.to_string()) == id);
    for (const char* bad : {"", "0123456789abcdef00ff102", "0123456789abcdef00ff10200", "0123456789abcdef00ff102g",
                            " 123456789abcdef00ff1020", "0123456789abcdef00ff10 0", "0x23456789abcdef00ff1020"}) {
        CAPTURE(bad);
        const auto parsed = ObjectId::parse(bad);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == Errc::invalid_argument);
    }
}

TEST_CASE("a UUID is of version 4 and the variant of RFC 9562") {
    for (int i = 0; i < 100; ++i) {
        const auto id = Uuid::generate();
        CHECK((id.bytes[6] >> 4U) == 4);
        CHECK((id.bytes[8] >> 6U) == 2);
        CHECK_FALSE(id.empty());
    }
}

TEST_CASE("the text of a UUID is 8-4-4-4-12 digits, dashes may be left out") {
    const std::string text = "00112233-4455-6677-8899-aabbccddeeff";
    CHECK(Uuid::parse(text)->to_string() == text);
    CHECK(Uuid::parse("00112233445566778899AABBCCDDEEFF")->to_string() == text);
    const auto id = Uuid::generate();
    CHECK(Uuid::parse(id.to_string()) == id);
    for (const char* bad : {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
                            "0011223-34455-6677-8899-aabbccddeeff", "001122334455-6677-8899-aabbccddeeff-",
                            "00112233_4455_6677_8899_aabbccddeeff", "0011223344556677889-aabbccddeeff",
                            "{0112233-4455-6677-8899-aabbccddeef}", "00112233-4455-6677-8899-aabbccddeefg"}) {
        CAPTURE(bad);
        const auto parsed = Uuid::parse(bad);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == Errc::invalid_argument);
    }
}

TEST_CASE("ids are ordered by their bytes, empty when all zero, and hash apart") {
    CHECK(ObjectId{{0, 1}} < ObjectId{{0, 2}});
    CHECK(ObjectId{{0x7F}} < ObjectId{{0x80}});
    CHECK(ObjectId{}.empty());
    CHECK_FALSE(ObjectId{{0, 1}}.empty());
    CHECK(Uuid{}.empty());
    CHECK(Uuid{{0x7F}} < Uuid{{0x80}});
    std::unordered_set<std::size_t> hashes;
    for (std::uint8_t i = 0; i < 12; ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            ObjectId id;
            id.bytes[i] = static_cast<std::uint8_t>(1U << bit);
            hashes.insert(std::hash<ObjectId>{}(id));
        }
    }
    CHECK(hashes.size() == 96);
}
