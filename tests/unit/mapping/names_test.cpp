// What reflection knows of a struct's fields, whatever the struct is called and however many it has.
#include <array>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/reflect/fields.hpp>

namespace names_test {

template <auto A, auto B>
struct Pair {};
int left  = 0;
int right = 0;
using Addresses = Pair<&left, &right>;

template <class T>
struct Box {
    T                   first{};
    int                 bb{};
    std::vector<T>      _ccc{};
    std::array<char, 3> arr{};
    Addresses           last{};
};
struct One {
    int only{};
};
struct Kinds {
    const int   fixed{};
    mutable int counted{};
};
struct Many {
    int         a01{}, a02{}, a03{}, a04{}, a05{}, a06{}, a07{}, a08{}, a09{}, a10{}, a11{}, a12{}, a13{}, a14{}, a15{}, a16{}, a17{}, a18{};
    int         a19{}, a20{}, a21{}, a22{}, a23{}, a24{}, a25{};
    std::string a26{};
};

template <class T>
constexpr bool are_named(std::initializer_list<std::string_view> want) {
    std::size_t i = 0;
    if (want.size() != tenon::reflect::field_count<T>) return false;
    for (const auto& name : want) {
        if (tenon::reflect::field_names<T>[i++] != name) return false;
    }
    return true;
}

static_assert(are_named<Box<std::string>>({"first", "bb", "_ccc", "arr", "last"}));
static_assert(are_named<Box<Addresses>>({"first", "bb", "_ccc", "arr", "last"}), "the type's own name holds what stands between two fields");
static_assert(are_named<Box<Box<Addresses>>>({"first", "bb", "_ccc", "arr", "last"}));
static_assert(are_named<One>({"only"}));
static_assert(are_named<Kinds>({"fixed", "counted"}));
static_assert(tenon::reflect::field_names<Many>[0] == "a01" && tenon::reflect::field_names<Many>[25] == "a26");

static_assert(std::is_same_v<tenon::reflect::field_types<Box<std::string>>,
                             tenon::reflect::Types<std::string, int, std::vector<std::string>, std::array<char, 3>, Addresses>>);
static_assert(std::is_same_v<tenon::reflect::field_types<Kinds>, tenon::reflect::Types<int, int>>);
static_assert(std::is_same_v<tenon::reflect::field_type<Many, 25>, std::string>);

}  // namespace names_test

TEST_CASE("the addresses of fields are theirs, of few and of many") {
    using namespace names_test;
    const Box<std::string> box;
    const auto             few = tenon::reflect::addresses<5>(box);
    CHECK(few.at[0] == &box.first);
    CHECK(few.at[4] == &box.last);
    const Many many;
    const auto all = tenon::reflect::addresses<26>(many);
    CHECK(all.at[0] == &many.a01);
    CHECK(all.at[25] == &many.a26);
}
