#include <tenon/query/pipeline.hpp>

#include <doctest/doctest.h>

#include <tenon/mapping/codec.hpp>

using namespace tenon;  // NOLINT(google-build-using-namespace)

namespace {

struct Line {
    std::string                 sku{};
    std::int32_t                pieces{};
    std::optional<double>       weight{};
};
struct Sale {
    ObjectId                   id{};
    std::string                buyer{};
    std::optional<std::string> coupon{};
    std::int64_t               total{};
    std::vector<Line>          lines{};
};
struct Short {
    ObjectId     id{};
    std::int64_t total{};
};
struct BySku {
    std::string              sku{};
    std::int64_t             pieces{};
    std::int64_t             sales{};
    std::optional<double>    mean{};
    std::vector<std::string> buyers{};
};
struct ByCoupon {
    std::optional<std::string> coupon{};
    std::string                buyer{};
    std::int64_t               most{};
    std::int64_t               first{};
};
struct Whole {
    std::int64_t total{};
};

}  // namespace

template <>
struct tenon::Model<Sale> : tenon::Defaults<Sale> {
    static constexpr auto rename = tenon::renames(tenon::rename<&Sale::buyer>("b"));
};

TEST_CASE("typed stages are MongoDB's, in their order") {
    struct Row {
        query::PipelineBase pipeline;
        const char*         json;
    };
    const auto all = pipeline<Sale>();
    const Row  rows[] = {
        {all, "[]"},
        {all.match(field<&Sale::buyer> == "ann").sort(desc<&Sale::total>, asc<&Sale::id>).skip(2).limit(3),
         R"([{"$match":{"b":{"$eq":"ann"}}}, {"$sort":{"total":-1,"_id":1}}, {"$skip":2}, {"$limit":3}])"},
        {all.project<Short>(), R"([{"$project":{"id":"$_id","total":1,"_id":0}}])"},
        {all.match(field<&Sale::total> > 5).count(), R"([{"$match":{"total":{"$gt":5}}}, {"$count":"n"}])"},
        {all.unwind<&Sale::lines>(), R"([{"$unwind":"$lines"}])"},
        {all.unwind<&Sale::lines>(true), R"([{"$unwind":{"path":"$lines","preserveNullAndEmptyArrays":true}}])"},
        {all.unwind<&Sale::lines>().match(field<&Sale::lines, &Line::pieces> > 1),
         R"([{"$unwind":"$lines"}, {"$match":{"lines.pieces":{"$gt":1}}}])"},
        {all.unwind<&Sale::lines>()
             .group<BySku>(acc::by<&BySku::sku>(field<&Sale::lines, &Line::sku>), acc::sum<&BySku::pieces>(field<&Sale::lines, &Line::pieces>),
                           acc::count<&BySku::sales>(), acc::average<&BySku::mean>(field<&Sale::lines, &Line::weight>),
                           acc::add_to_set<&BySku::buyers>(field<&Sale::buyer>))
             .sort(desc<&BySku::pieces>),
         R"([{"$unwind":"$lines"}, {"$group":{"_id":{"sku":"$lines.sku"},"pieces":{"$sum":"$lines.pieces"},"sales":{"$sum":1},)"
         R"("mean":{"$avg":"$lines.weight"},"buyers":{"$addToSet":"$b"}}}, )"
         R"({"$project":{"sku":"$_id.sku","pieces":1,"sales":1,"mean":1,"buyers":1,"_id":0}}, {"$sort":{"pieces":-1}}])"},
        {all.group<ByCoupon>(acc::by<&ByCoupon::coupon>(field<&Sale::coupon>), acc::by<&ByCoupon::buyer>(field<&Sale::buyer>),
                             acc::max<&ByCoupon::most>(field<&Sale::total>), acc::first<&ByCoupon::first>(field<&Sale::total>)),
         R"([{"$group":{"_id":{"coupon":"$coupon","buyer":"$b"},"most":{"$max":"$total"},"first":{"$first":"$total"}}}, )"
         R"({"$project":{"coupon":"$_id.coupon","buyer":"$_id.buyer","most":1,"first":1,"_id":0}}])"},
        {all.group<Whole>(acc::sum<&Whole::total>(field<&Sale::total>)),
         R"([{"$group":{"_id":null,"total":{"$sum":"$total"}}}, {"$project":{"total":1,"_id":0}}])"},
        {all.raw(bson::doc("$sample", bson::doc("size", 3))).as<Short>().limit(1), R"([{"$sample":{"size":3}}, {"$limit":1}])"},
    };
    for (const auto& row : rows) {
        CHECK(row.pipeline.to_json() == row.json);
        CHECK(row.pipeline.checked().has_value());
    }
}

TEST_CASE("a stage may follow on every result of the one before it: the pipeline it was made of stays") {
    const auto base = pipeline<Sale>().match(field<&Sale::total> > 5);
    (void)base.limit(1);
    CHECK(base.stages().size() == 1);
}

TEST_CASE("a mistake of a stage is kept, and is what the call fails with") {
    const query::PipelineBase wrong[] = {
        pipeline<Sale>().limit(0),
        pipeline<Sale>().skip(-1).limit(2),
        pipeline<Sale>().match(query::Filter<Sale>(query::FilterBase::parse("{"))).limit(1),
        pipeline<Sale>().sort(asc<&Sale::total>, asc<&Sale::total>),
        pipeline<Sale>().group<Whole>(acc::sum<&Whole::total>(field<&Sale::total>), acc::max<&Whole::total>(field<&Sale::total>)),
    };
    for (const auto& one : wrong) {
        const auto checked = one.checked();
        REQUIRE(!checked.has_value());
        CHECK(checked.error().code == Errc::invalid_argument);
        CHECK(one.to_json().starts_with("(invalid: "));
    }
}
