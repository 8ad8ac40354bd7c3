// A write at a version that met nothing, and a document that has that very version when it is looked for: somebody came between.
#include "repository/middleware/stamps.hpp"

#include <doctest/doctest.h>

#include "bare_store.hpp"
#include "json.hpp"

using namespace tenon;  // NOLINT(google-build-using-namespace)

namespace {

/// Meets no document with any write, and finds the one it was given.
class Between final : public BareStore {
public:
    explicit Between(const char* found) : found_(parsed(found)) {}

    Result<Reply> run(Request request, Session&) override {
        if (std::holds_alternative<Find>(request.operation)) return Reply(FindReply{std::make_unique<One>(found_)});
        if (std::holds_alternative<Delete>(request.operation)) return Reply(DeleteReply{});
        if (std::holds_alternative<FindAndModify>(request.operation)) return Reply(FindAndModifyReply{});
        return Reply(UpdateReply{});
    }

private:
    class One final : public Cursor {
    public:
        explicit One(const bson::Document& document) : document_(document) {}
        Result<std::optional<bson::View>> next() override {
            return std::exchange(done_, true) ? std::optional<bson::View>{} : std::optional(document_.view());
        }

    private:
        bson::Document document_;
        bool           done_ = false;
    };
    bson::Document found_;
};

struct Plain final : Session {};

}  // namespace

TEST_CASE("a document that has the expected version after the write met none is transient, another version a conflict") {
    struct Row {
        const char* stored;
        Errc        code;
    };
    const Row rows[] = {{R"({"_id":1,"v":{"$numberLong":"3"}})", Errc::transient}, {R"({"_id":1,"v":3})", Errc::transient},
                        {R"({"_id":1,"v":{"$numberLong":"4"}})", Errc::version_conflict}, {R"({"_id":1})", Errc::version_conflict}};
    for (const auto& row : rows) {
        CAPTURE(row.stored);
        ModelInfo model;
        model.collection = "things";
        model.version    = "v";
        Context context;
        context.expected_version = 3;
        repository::Stamps stamps(std::make_shared<Between>(row.stored));
        Plain              session;
        Update             update;
        update.filter = parsed(R"({"_id":1})");
        update.update = parsed(R"({"$set":{"n":1}})");
        Delete remove;
        remove.filter = parsed(R"({"_id":1})");
        FindAndModify found;
        found.filter = parsed(R"({"_id":1})");
        found.kind   = FindAndModify::Kind::remove;
        for (Operation operation : {Operation(std::move(update)), Operation(std::move(remove)), Operation(std::move(found))}) {
            const auto reply = stamps.run({"things", std::move(operation), &model, context}, session);
            REQUIRE(!reply.has_value());
            CHECK(reply.error().code == row.code);
            CHECK(reply.error().path == "v");
        }
    }
}
