#include <tenon/testing/generator.hpp>

#include "unit/mapping/entities.hpp"

using namespace mapping_test;

namespace {

using Shape = std::variant<Circle, Square>;
using Loose = std::variant<std::monostate, std::int32_t, std::string, std::vector<Shape>>;

/// Stored as text; takes none.
struct Picky {
    int number = 7;
    bool operator==(const Picky&) const = default;
};

/// What is no plain number, text or container.
struct Made {
    Shape                                     shape{};
    Loose                                     loose{};
    std::vector<Shape>                        shapes{};
    std::chrono::sys_days                     day{};
    std::chrono::sys_seconds                  second{};
    std::chrono::sys_time<std::chrono::milliseconds> ms{};
    std::chrono::sys_time<std::chrono::nanoseconds>  ns{};
    std::chrono::sys_time<std::chrono::duration<double>> real_time{};
    std::chrono::minutes                      minutes{};
    std::chrono::duration<double>             real_length{};
    tenon::bson::Document                     document{};
    tenon::bson::Array                        array{};
    tenon::bson::Value                        value{};
    std::map<std::string, tenon::bson::Value> values{};
    Money                                     money{};
    std::optional<Money>                      maybe{};
    Picky                                     picky{};
    tenon::Binary                             binary{};
    std::vector<std::byte>                    raw{};
    std::array<std::byte, 4>                  four{};
    tenon::bson::Regex                        regex{};
    tenon::bson::Code                         code{};
    tenon::bson::Timestamp                    stamp{};
    UserId                                    user{};
    int                                       scratch = 3;
    tenon::Extra                              extra{};
    bool operator==(const Made&) const = default;
};

}  // namespace

template <>
struct tenon::Mapping<Made> : tenon::MappingDefaults {
    static constexpr auto ignore = tenon::members<&Made::scratch>;
};
template <>
struct tenon::Mapper<Picky> {
    static std::string          to_bson(const Picky&) { return "picky"; }
    static tenon::Result<Picky> from_bson(const std::string& text) {
        if (text != "picky") return tenon::fail(tenon::Errc::validation, "not picky");
        return Picky{};
    }
};

TEST_CASE("whatever the generator makes reads back as it was, and the same seed makes it again") {
    tenon::testing::Generator one(7);
    tenon::testing::Generator same(7);
    for (int i = 0; i < 300; ++i) {
        CAPTURE(i);
        const auto made  = one.make<Made>();
        const auto bytes = tenon::encode(made);
        REQUIRE_MESSAGE(bytes.has_value(), (bytes ? "" : bytes.error().to_string()));
        CHECK(tenon::bson::View::validate(bytes->view().bytes()).has_value());
        const auto read = tenon::decode<Made>(*bytes);
        REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().to_string()));
        CHECK(*read == made);
        CHECK(same.make<Made>() == made);
    }
}

TEST_CASE("the generator leaves no member at its default but those that are ignored or whose Mapper takes nothing") {
    tenon::testing::Generator generator(11);
    const Made                initial{};
    std::size_t               changed[tenon::reflect::field_count<Made>]{};
    std::set<std::size_t>     shapes;
    std::set<std::size_t>     loose;
    std::set<int>             types;
    for (int i = 0; i < 200; ++i) {
        const auto made = generator.make<Made>();
        tenon::reflect::for_each(made, [&]<std::size_t I>(const auto& field) {
            if (!(field == tenon::reflect::get<I>(initial))) ++changed[I];
        });
        shapes.insert(made.shape.index());
        loose.insert(made.loose.index());
        for (const auto& element : made.document) types.insert(static_cast<int>(element.value.type()));
    }
    for (std::size_t i = 0; i < std::size(changed); ++i) {
        const auto name = tenon::reflect::field_names<Made>[i];
        CAPTURE(name);
        CHECK((changed[i] == 0) == (name == "scratch" || name == "picky"));
    }
    CHECK(shapes.size() == 2);
    CHECK(loose.size() == 4);
    CHECK(types.size() >= 16);
}

TEST_CASE("the generator makes every kind of member that the mapping knows") {
    tenon::testing::Generator generator(3);
    for (int i = 0; i < 50; ++i) {
        const auto made = tenon::encode(generator.make<Everything>());
        REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().to_string()));
        CHECK(tenon::decode<Everything>(*made).has_value());
        CHECK(tenon::encode(generator.make<Node>()).has_value());
    }
}
