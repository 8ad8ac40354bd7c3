// Every read with each of its options, on every model: the same answer by every way, and the same refusals.

#include "stored_bytes.hpp"

#include <algorithm>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::CallOptions;
using tenon::set;

namespace {

/// What a row's call is given.
template <class M>
struct Given {
    const Repository<M>& things;
    tenon::ObjectId      id{};  // of the document that is deleted, where there is soft deletion
    std::string          hint{};
    CallOptions          call{};
};

template <class M>
struct Read {
    enum Kind { one, list, number, any };  // what it answers: the document `id`; those there are; how many; whether any

    const char* name;    // the call's own, as errors tell it
    Kind        kind;
    bool        hinted;  // takes a hint
    std::function<Result<std::string>(const Given<M>&)> call;
};

template <class M>
tenon::Query<M> query(const Given<M>& g) {
    auto out = g.things.find();
    out.sort(asc<&M::key>).hint(g.hint).deadline(g.call.deadline).stop(g.call.stop);
    if (g.call.visibility == Visibility::with_deleted) out.with_deleted();
    if (g.call.visibility == Visibility::only_deleted) out.only_deleted();
    if (g.call.server) out.server(*g.call.server);
    return out;
}

template <class M>
tenon::FindOptions options(const Given<M>& g) {
    return {.sort = json(R"({"key":1})"), .hint = g.hint, .call = g.call};
}

const char* said(bool there) { return there ? "yes" : "no"; }

Result<std::string> listed(const Result<tenon::Page<tenon::bson::Document>>& page) {
    if (!page) return tenon::fail(page.error());
    std::string out;
    for (const auto& item : page->items) out += (out.empty() ? "" : " ") + std::string(item["key"].as_string());
    return out;
}

Result<std::string> listed(Result<tenon::DocumentCursor> cursor) {
    if (!cursor) return tenon::fail(cursor.error());
    std::string out;
    for (;;) {
        auto next = cursor->next();
        if (!next) return tenon::fail(next.error());
        if (!*next) return out;
        out += (out.empty() ? "" : " ") + std::string((**next)["key"].as_string());
    }
}

template <class T>
Result<std::string> listed(const Result<std::vector<T>>& things) {
    if (!things) return tenon::fail(things.error());
    std::string out;
    for (const auto& one : *things) {
        if constexpr (std::is_same_v<T, std::string>) out += (out.empty() ? "" : " ") + one;
        else out += (out.empty() ? "" : " ") + one.key;
    }
    return out;
}

/// Page after page of one document, forwards.
template <class M>
Result<std::string> paged(const Given<M>& g) {
    std::string        out;
    tenon::PageOptions at{.size = 1};
    for (;;) {
        auto page = query(g).page(at);
        if (!page) return tenon::fail(page.error());
        for (const auto& item : page->items) out += (out.empty() ? "" : " ") + item.key;
        if (!page->next) return out;
        at.after = page->next;
    }
}

template <class T, class F>
Result<std::string> told(const Result<T>& result, F tell) {
    if (!result) return tenon::fail(result.error());
    return std::string(tell(*result));
}

struct Part {
    std::string key{};
};

/// All reads of a repository, typed and untyped.
template <class M>
std::vector<Read<M>> all_reads(const tenon::Capabilities& able) {
    using G = const Given<M>&;
    using R = Read<M>;
    const auto number = [](auto n) { return std::to_string(n); };
    std::vector<R> rows{
        {"get", R::one, false, [](G g) { return told(g.things.get(g.id, g.call), [](const M& one) { return one.key; }); }},
        {"get", R::one, false, [](G g) { return told(g.things.untyped().get(g.id, g.call), [](const auto& one) { return one["key"].as_string(); }); }},
        {"find", R::list, true, [](G g) { return listed(query(g).all()); }},
        {"find", R::list, true, [](G g) { return listed(query(g).template project<Part>().all()); }},
        {"find", R::list, true, [](G g) { return listed(g.things.untyped().find({}, options(g))); }},
        {"find", R::list, true, [](G g) -> Result<std::string> {
             auto stream = query(g).stream();
             if (!stream) return tenon::fail(stream.error());
             return listed(stream->all());
         }},
        {"find", R::list, true, [](G g) -> Result<std::string> {
             std::string out;
             auto        done = query(g).for_each([&](const M& one) { out += (out.empty() ? "" : " ") + one.key; });
             if (!done) return tenon::fail(done.error());
             return out;
         }},
        {"first", R::any, true, [](G g) { return told(query(g).first(), [](const auto& one) { return said(one.has_value()); }); }},
        {"first", R::any, true, [](G g) { return told(g.things.untyped().first({}, options(g)), [](const auto& one) { return said(one.has_value()); }); }},
        {"exists", R::any, false, [](G g) { return told(g.things.exists({}, g.call), said); }},
        {"exists", R::any, false, [](G g) { return told(query(g).exists(), said); }},
        {"count", R::number, true, [=](G g) { return told(g.things.count({}, {.hint = g.hint, .call = g.call}), number); }},
        {"count", R::number, true, [=](G g) { return told(query(g).count(), number); }},
        {"estimated_count", R::number, false, [=](G g) { return told(g.things.estimated_count(g.call), number); }},
        {"distinct", R::list, false, [](G g) { return listed(query(g).template distinct<&M::key>()); }},
        {"distinct", R::number, false, [=](G g) {
             return told(g.things.untyped().distinct("key", {}, g.call), [=](const auto& values) { return number(values.view().count()); });
         }},
        {"page", R::list, true, [](G g) { return paged(g); }},
        {"page", R::list, true, [](G g) { return told(query(g).page({.number = 0}), [](const auto& page) { return keys(page.items); }); }},
        {"page", R::number, true, [=](G g) { return told(query(g).page({.size = 1, .number = 9}), [=](const auto& page) { return number(*page.total); }); }},
        {"page", R::list, true, [](G g) { return listed(g.things.untyped().page({}, options(g), {})); }},
        {"page", R::list, true, [](G g) { return listed(g.things.untyped().page({}, options(g), {.number = 0})); }},
        {"explain", R::number, true, [=](G g) { return told(query(g).explain(), [=](const auto& plan) { return number(*plan["returned"].to_int64()); }); }},
        {"explain", R::number, true, [=](G g) {
             return told(g.things.untyped().explain({}, options(g)), [=](const auto& plan) { return number(*plan["returned"].to_int64()); });
         }},
        {"explain_count", R::number, true, [=](G g) {
             return told(query(g).explain_count(), [=](const auto& plan) { return number(*plan["returned"].to_int64()); });
         }},
        {"explain_count", R::number, true, [=](G g) {
             return told(g.things.untyped().explain_count({}, {.hint = g.hint, .call = g.call}),
                         [=](const auto& plan) { return number(*plan["returned"].to_int64()); });
         }},
    };
    if (able.aggregation) {
        rows.push_back({"aggregate", R::list, true, [](G g) {
                            return listed(g.things.untyped().aggregate({json(R"({"$sort":{"key":1}})")}, {.hint = g.hint, .call = g.call}));
                        }});
    }
    return rows;
}

/// k0, k1 and k2; k1 is deleted where there is soft deletion. Returns its id.
template <class M>
tenon::ObjectId three(const Repository<M>& things) {
    const auto made = insert_some(things, 3);
    if (is_soft<M>) good(things.remove(made[1].id));
    good(things.create_indexes());
    return made[1].id;
}

/// What a read answers where these documents are to be seen.
template <class M>
std::string wanted(const Read<M>& row, const std::string& seen) {
    const auto many = seen.empty() ? 0 : 1 + std::count(seen.begin(), seen.end(), ' ');
    switch (row.kind) {
        case Read<M>::one: return "k1";
        case Read<M>::list: return seen;
        case Read<M>::number: return std::to_string(many);
        case Read<M>::any: break;
    }
    return said(many > 0);
}

}  // namespace

CONFORMANCE("every read sees what its visibility says, by every way of reading", Plain, SoftDeleted, Versioned, Both) {
    const Repository<M> things(db);
    const auto          id = three(things);
    struct Case {
        Visibility  visibility;
        const char* seen;
    };
    const Case cases[] = {{Visibility::live, is_soft<M> ? "k0 k2" : "k0 k1 k2"},
                          {Visibility::with_deleted, "k0 k1 k2"},
                          {Visibility::only_deleted, is_soft<M> ? "k1" : nullptr}};
    for (const auto& row : all_reads<M>(db.capabilities())) {
        CAPTURE(std::string(row.name));
        for (const auto& [visibility, seen] : cases) {
            CAPTURE(static_cast<int>(visibility));
            const auto read = row.call({things, id, "", {.visibility = visibility}});
            if (seen == nullptr) {
                const auto error = bad(read);
                CHECK(error.code == Errc::invalid_argument);
                CHECK(error.path == "visibility");
                CHECK(error.where == things.untyped().name() + "." + row.name);
            } else if (row.kind == Read<M>::one && std::string_view(seen).find("k1") == std::string_view::npos) {
                CHECK(bad(read).code == Errc::not_found);
            } else {
                CHECK(good(read) == wanted(row, seen));
            }
        }
        // Where all are deleted, and where there are none.
        if (is_soft<M>) {
            good(things.remove_many({}));
            CHECK(good(row.call({things, id, "", {.visibility = Visibility::only_deleted}})) == wanted(row, "k0 k1 k2"));
            const auto read = row.call({things, id, "", {}});
            if (row.kind == Read<M>::one) CHECK(bad(read).code == Errc::not_found);
            else CHECK(good(read) == wanted(row, ""));
            good(things.restore_many(field<&M::key> != "k1"));
        }
    }
}

CONFORMANCE("every read is ended by its stop token and by its deadline, and the store stays usable", Plain, SoftDeleted, Versioned, Both) {
    const Repository<M> things(db);
    const auto          id = three(things);
    std::stop_source    source;
    source.request_stop();
    const CallOptions stopped{.stop = source.get_token()};
    const CallOptions late{.deadline = {std::chrono::steady_clock::now() - std::chrono::milliseconds(1)}};
    const CallOptions soon{.deadline = tenon::Deadline::after(std::chrono::minutes(5)), .stop = std::stop_source().get_token(), .visibility = Visibility::with_deleted};
    for (const auto& row : all_reads<M>(db.capabilities())) {
        CAPTURE(std::string(row.name));
        for (const auto& [call, code] : {std::pair(stopped, Errc::cancelled), std::pair(late, Errc::timeout)}) {
            const auto error = bad(row.call({things, id, "", call}));
            CHECK(tenon::to_string(error.code) == tenon::to_string(code));
            CHECK(error.outcome == tenon::Outcome::none);
            CHECK(error.where == things.untyped().name() + "." + row.name);
        }
        CHECK(good(row.call({things, id, "", soon})) == wanted(row, "k0 k1 k2"));
    }
}

CONFORMANCE("every read that takes a hint answers the same by each index, and refuses one that names none", Plain, SoftDeleted, Versioned, Both) {
    const Repository<M> things(db);
    const auto          id   = three(things);
    const std::string   seen = is_soft<M> ? "k0 k2" : "k0 k1 k2";
    for (const auto& row : all_reads<M>(db.capabilities())) {
        if (!row.hinted) continue;
        CAPTURE(std::string(row.name));
        for (const char* hint : {"n_1", "_id_", "$natural"}) {
            CAPTURE(std::string(hint));
            CHECK(good(row.call({things, id, hint, {}})) == wanted(row, seen));
        }
        const auto error = bad(row.call({things, id, "none", {}}));
        CHECK(tenon::to_string(error.code) == tenon::to_string(Errc::invalid_argument));
        CHECK(error.path == "hint");
        CHECK(error.where == things.untyped().name() + "." + row.name);
    }
}

CONFORMANCE("every read takes a comment, a batch size and concerns, and answers the same", Plain, SoftDeleted, Versioned, Both) {
    const Repository<M> things(db);
    const auto          id   = three(things);
    const std::string   seen = is_soft<M> ? "k0 k2" : "k0 k1 k2";
    const auto          with = [](tenon::ServerOptions options) { return CallOptions{.server = std::move(options)}; };
    const CallOptions   calls[] = {with({.comment = "nightly"}), with({.batch_size = 1}), with({.read_concern = tenon::ReadConcern::majority}),
                                   with({.read_preference = tenon::ReadPreference{.mode = tenon::ReadMode::primary_preferred}}),
                                   with({.timeout = std::chrono::minutes(5)}), with({.allow_disk_use = true})};
    for (const auto& row : all_reads<M>(db.capabilities())) {
        CAPTURE(std::string(row.name));
        for (const auto& call : calls) {
            CAPTURE(&call - calls);
            if (row.kind == Read<M>::one && is_soft<M>) CHECK(bad(row.call({things, id, "", call})).code == Errc::not_found);
            else CHECK(good(row.call({things, id, "", call})) == wanted(row, seen));
        }
    }
}

CONFORMANCE("a count skips and stops where it is told to", Plain, SoftDeleted, Versioned, Both) {
    const Repository<M> things(db);
    const auto          made = insert_some(things, 6);
    if (is_soft<M>) good(things.remove(made[5].id));
    const std::int64_t all = is_soft<M> ? 5 : 6;
    good(things.create_indexes());
    struct Row {
        std::int64_t skip;
        std::int64_t limit;
        std::int64_t counted;
    };
    const Row rows[] = {{0, 0, all}, {2, 0, all - 2}, {0, 3, 3}, {2, 3, 3}, {4, 3, all - 4}, {0, 99, all}, {99, 0, 0}, {99, 1, 0}, {all, 1, 0}, {all - 1, 9, 1}};
    for (const auto& [skip, limit, counted] : rows) {
        CAPTURE(skip);
        CAPTURE(limit);
        for (const char* hint : {"", "n_1", "$natural"}) {
            CAPTURE(std::string(hint));
            CHECK(good(things.count({}, {.skip = skip, .limit = limit, .hint = hint})) == counted);
            CHECK(good(things.find().skip(skip).limit(limit).hint(hint).count()) == counted);
            CHECK(good(things.untyped().count(json(R"({"n":{"$gte":0}})"), {.skip = skip, .limit = limit, .hint = hint})) == counted);
        }
        if (is_soft<M>) {
            const auto every = good(things.count({}, {.skip = skip, .limit = limit, .call = {.visibility = Visibility::with_deleted}}));
            const auto left  = std::max<std::int64_t>(0, all + 1 - skip);
            CHECK(every == (limit == 0 ? left : std::min(left, limit)));
        }
    }
    for (const auto& error : {bad(things.count({}, {.skip = -1})), bad(things.find().skip(-1).count()), bad(things.find().skip(-1).first()),
                              bad(things.find().skip(-1).stream())}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "skip");
    }
    for (const auto& error : {bad(things.count({}, {.limit = -1})), bad(things.find().limit(-1).count()), bad(things.find().limit(-1).stream())}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "limit");
    }
}
