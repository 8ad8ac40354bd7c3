// What a struct's shape says at compile time.
#include "unit/mapping/entities.hpp"

using namespace mapping_test;
namespace reflect = tenon::reflect;

namespace {
struct Anonymous {
    std::int32_t first_one{};
    std::string  second{};
};
template <class A, class B>
struct Pair {
    A first{};
    B second{};
};
}  // namespace

TEST_CASE("names, positions and types of fields") {
    static_assert(reflect::field_count<Message> == 6);
    static_assert(reflect::field_name<Message, 0> == "id" && reflect::field_name<Message, 5> == "version");
    static_assert(reflect::index_of<&Message::reactions> == 2);
    static_assert(reflect::name_of<&Message::created_at> == "created_at");
    static_assert(std::is_same_v<reflect::field_type<Message, 3>, std::optional<std::string>>);
    static_assert(std::is_same_v<reflect::member_type<&Message::version>, std::int64_t>);
    static_assert(reflect::field_name<Anonymous, 1> == "second");
    using Odd = Pair<Pair<int, std::map<std::string, Anonymous>>, std::unique_ptr<Node>>;
    static_assert(reflect::field_count<Odd> == 2 && reflect::field_name<Odd, 0> == "first" && reflect::field_name<Odd, 1> == "second");
    static_assert(!reflect::is_entity<std::string> && !reflect::is_entity<std::array<int, 3>> && !reflect::is_entity<tenon::ObjectId>);
    static_assert(!reflect::is_entity<Money> && !reflect::is_entity<UserId> && !reflect::is_entity<tenon::Extra>);
    static_assert(reflect::type_name<Message> == "Message");
}

TEST_CASE("stored names") {
    static_assert(tenon::mapping::wire_name<Message, 0> == "_id");
    static_assert(tenon::mapping::wire_name_of<&Message::sender> == "sender");
    static_assert(tenon::mapping::wire_name<Everything, 0> == "id");
    static_assert(tenon::RootEntity<Message> && !tenon::RootEntity<Reaction>);
}

TEST_CASE("names of enumerators") {
    static_assert(tenon::mapping::name_of_value(Color::blue) == "blue");
    static_assert(tenon::mapping::name_of_value(static_cast<Color>(7)).empty());
    static_assert(tenon::mapping::name_of_value(Wide::far) == "FAR");
}
