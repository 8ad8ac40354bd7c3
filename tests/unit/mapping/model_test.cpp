#include <tenon/mapping/model_info.hpp>

#include "unit/mapping/entities.hpp"

namespace mapping_test {

enum class State { active, removed };

struct Account {
    tenon::Id<Account>             id{};
    std::string                    mail{};
    State                          state{};
    std::optional<tenon::DateTime> gone{};
    tenon::DateTime                made{};
    tenon::DateTime                changed{};
    std::int32_t                   revision{};
    std::string                    scratch{};
};
struct Line {
    std::string                item_name{};
    std::optional<std::string> note_text{};
    std::int32_t               qty = 7;
    State                      state{};
    std::vector<int>           cached{};
};
struct ChatRoom {
    std::string id{};
};

}  // namespace mapping_test

using namespace mapping_test;

template <>
struct tenon::Model<Account> : tenon::Defaults<Account> {
    static constexpr auto collection  = "accounts";
    static constexpr auto rename      = tenon::renames(tenon::rename<&Account::mail>("email"), tenon::rename<&Account::gone>("deletedAt"));
    static constexpr auto ignore      = tenon::members<&Account::scratch>;
    static constexpr auto soft_delete = tenon::soft_delete_on<&Account::gone>.also<&Account::state>(State::removed, State::active);
    static constexpr auto created_at  = &Account::made;
    static constexpr auto updated_at  = &Account::changed;
    static constexpr auto versioned   = &Account::revision;
};
template <>
struct tenon::Model<ChatRoom> : tenon::Defaults<ChatRoom> {};
template <>
struct tenon::Mapping<Line> : tenon::MappingDefaults {
    static constexpr auto naming          = tenon::Naming::camel_case;
    static constexpr bool lenient         = true;
    static constexpr bool null_when_empty = true;
    static constexpr auto ignore          = tenon::members<&Line::cached>;
    static constexpr auto enum_by_value   = tenon::members<&Line::state>;
};

TEST_CASE("the facts of a Model") {
    const tenon::ModelInfo& info = tenon::model_info<Account>();
    CHECK(&info == &tenon::model_info<Account>());
    CHECK(info.collection == "accounts");
    CHECK(info.id == tenon::IdKind::object_id);
    CHECK(info.fields == std::vector<std::string>{"_id", "email", "state", "deletedAt", "made", "changed", "revision"});
    CHECK(info.created_at == "made");
    CHECK(info.updated_at == "changed");
    CHECK(info.version == "revision");
    CHECK(info.version_is_int32);
    REQUIRE(info.soft_delete.has_value());
    CHECK(info.soft_delete->field == "deletedAt");
    CHECK(tenon::bson::to_json(info.soft_delete->set_on_delete.view()) == R"({"state":"removed"})");
    CHECK(tenon::bson::to_json(info.soft_delete->set_on_restore.view()) == R"({"state":"active"})");
    CHECK_FALSE(info.plain());

    const tenon::ModelInfo& room = tenon::model_info<ChatRoom>();
    CHECK(room.collection == "chat_room");
    CHECK(room.id == tenon::IdKind::string);
    CHECK(room.plain());
}

TEST_CASE("the member of a soft delete is null on live documents") {
    CHECK(json_of(Account{}).find(R"("deletedAt":null)") != std::string::npos);
    CHECK(json_of(Account{}).find("scratch") == std::string::npos);
}

TEST_CASE("a lenient struct keeps its defaults and writes null for nothing") {
    CHECK(json_of(Line{.item_name = "x"}) == R"({"itemName":"x","noteText":null,"qty":7,"state":0})");
    Line line{.item_name = "old", .note_text = "old", .qty = 1, .cached = {1}};
    REQUIRE(tenon::decode_into(tenon::bson::from_json(R"({"state":1})")->view(), line).has_value());
    CHECK(line.item_name.empty());
    CHECK(line.qty == 7);
    CHECK(line.state == State::removed);
    CHECK(line.cached.empty());
    CHECK(read<Line>("{}")->qty == 7);
    CHECK(read<Line>(R"({"qty":"x"})").error().path == "qty");
}
