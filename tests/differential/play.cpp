#include "differential/play.hpp"

#include <algorithm>

namespace tenon::differential {

namespace {

std::string said(const char* engine, const Error& error) { return std::string(engine) + ": " + error.to_string() + " (" + error.server.message + ")"; }

bool is_set(bson::View document, const char* name) { return document[name].truthy(); }

bool names_id(bson::View filter) {
    for (const auto& element : filter) {
        if (element.key == "_id") return true;
        const auto type = element.value.type();
        if (element.key.starts_with('$') && (type == bson::Type::array || type == bson::Type::document) && names_id(element.value.as_view())) return true;
        if (type == bson::Type::document && element.value.as_view()["_id"].type() != bson::Type::missing) return true;
    }
    return false;
}

/// A verb and its arguments, of an operation or of an item of a bulk. A shrunk case may hold anything.
struct Call {
    std::string_view verb{};
    bson::View       body{};

    explicit Call(bson::View operation) {
        if (operation.empty()) return;
        const auto first = *operation.begin();  // a copy: the iterator it stands in goes
        verb              = first.key;
        if (first.value.type() == bson::Type::document) body = first.value.as_view();
    }

    [[nodiscard]] std::vector<Call> items() const {
        std::vector<Call> all;
        if (body["items"].type() != bson::Type::array) return all;
        for (const auto& item : body["items"].as_view()) {
            if (item.value.type() == bson::Type::document) all.emplace_back(item.value.as_view());
        }
        return all;
    }
};

/// A write that may fail at one of several documents.
bool is_many(const Call& call) {
    if (call.verb == "update" || call.verb == "delete") return is_set(call.body, "many");
    const auto items = call.items();
    return std::any_of(items.begin(), items.end(), is_many);
}

bson::View filter_of(bson::View body) { return body["filter"].type() == bson::Type::document ? body["filter"].as_view() : bson::View(); }

bool any_names_id(const Call& call) {
    const auto items = call.items();
    return names_id(filter_of(call.body)) || std::any_of(items.begin(), items.end(), any_names_id);
}

bool wrote(const Answer& answer) {
    if (answer.failed) return true;
    if (answer.reply["upserted"].type() != bson::Type::missing || !answer.documents.empty()) return true;
    for (const char* name : {"matched", "deleted", "updated_existing", "inserted"}) {
        if (answer.reply[name].truthy()) return true;
    }
    return false;
}

/// Anywhere: libmongoc looks at the keys of filters, of updates and of what is to be stored.
bool holds_empty_key(bson::View document) {
    for (const auto& element : document) {
        if (element.key.empty()) return true;
        const auto type = element.value.type();
        if ((type == bson::Type::document || type == bson::Type::array) && holds_empty_key(element.value.as_view())) return true;
        if (type == bson::Type::code_scope && holds_empty_key(element.value.code_scope())) return true;
    }
    return false;
}

bool is_read(std::string_view verb) { return verb == "find" || verb == "count" || verb == "distinct" || verb == "list_indexes"; }

}  // namespace

Result<void> Players::begin() {
    ids_     = {};
    indexed_ = false;
    if (auto cleared = left_.clear(); !cleared) return cleared;
    return right_.clear();
}

bool Players::depends_on_plan(bson::View operation) const {
    const Call call(operation);
    return (is_many(call) || is_read(call.verb)) && (indexed_ || any_names_id(call));
}

Step Players::play(bson::View document) {
    using Verdict  = Step::Verdict;
    auto operation = to_operation(document);
    if (!operation) return {Verdict::broken, operation.error().to_string()};
    const auto verb = document.begin()->key;
    if (verb == "create_indexes") indexed_ = true;
    const auto left = left_.run(*operation);
    // Nothing is generated that the embedded store does not have.
    if (left.failed && left.error.code == Errc::unsupported) return {Verdict::divergent, std::string(verb) + ": unsupported, " + said("left", left.error)};
    const auto right = right_.run(std::move(*operation));
    // What libmongoc refuses by itself never came to the server.
    const bool by_driver = right.failed && right.error.code == Errc::invalid_argument && right.error.server.code == 0;
    if (by_driver && holds_empty_key(document)) return {Verdict::refused, right.error.message};
    for (const auto* answer : {&left, &right}) {
        if (!answer->failed) continue;
        const auto code = answer->error.code;
        if (code == Errc::network || code == Errc::io || code == Errc::timeout || code == Errc::auth) {
            return {Verdict::broken, said(answer == &left ? "left" : "right", answer->error)};
        }
    }
    ids_.learn(left, right);
    if (!is_read(verb) && (left.failed || right.failed) && depends_on_plan(document)) return {Verdict::undefined, {}};
    if (auto differs = difference(document, left, right, ids_); !differs.empty()) {
        // Two documents at fault in different ways: it depends on the plan which one a read meets first.
        if (is_read(verb) && left.failed && right.failed && depends_on_plan(document)) return {Verdict::undefined, {}};
        for (const auto* answer : {&left, &right}) {
            if (answer->failed) differs += "\n    " + said(answer == &left ? "left" : "right", answer->error);
        }
        return {Verdict::divergent, std::string(verb) + ": " + differs};
    }
    if (is_read(verb) || (!wrote(left) && !wrote(right))) return {};
    const auto a = left_.stored();
    const auto b = right_.stored();
    if (!a) return {Verdict::broken, said("left", a.error())};
    if (!b) return {Verdict::broken, said("right", b.error())};
    ids_.learn(*a, *b);
    if (auto differs = difference(*a, *b, ids_); !differs.empty()) return {Verdict::divergent, std::string(verb) + ": " + differs};
    return {};
}

Step Players::play_all(const std::vector<bson::Document>& operations) {
    if (auto begun = begin(); !begun) return {Step::Verdict::broken, begun.error().to_string()};
    for (const auto& operation : operations) {
        if (auto step = play(operation); step.verdict != Step::Verdict::same) return step;
    }
    return {};
}

bson::Document Players::definite(bson::View body, bool always) {
    Find find;
    find.filter       = bson::Document(filter_of(body));
    find.sort         = bson::doc("_id", 1);
    find.projection   = bson::doc("_id", 1);
    const auto answer = left_.run(std::move(find));
    if (answer.failed || answer.documents.empty() || (answer.documents.size() == 1 && !always)) return bson::Document(body);
    // An id that an engine made is another one in the other engine: where all are, none is taken.
    const auto  shared = std::find_if(answer.documents.begin(), answer.documents.end(), [](const bson::Document& d) { return !is_made(d["_id"]); });
    const auto  none   = bson::Value(bson::MinKey{});
    bson::Builder builder;
    builder.open_document("filter").open_array("$and");
    builder.push(bson::doc("_id", bson::doc("$eq", shared == answer.documents.end() ? none.ref() : (*shared)["_id"]))).push(filter_of(body));
    builder.close().close();
    for (const auto& [key, value] : body) {
        if (key != "filter") builder.append(key, value);
    }
    return builder.take();
}

bson::Document Players::definite(const bson::Document& operation) {
    const Call  call(operation.view());
    const auto& body = call.body;
    if (call.verb == "bulk_write") {
        bson::Builder builder;
        builder.open_document("bulk_write").open_array("items");
        for (const auto& item : call.items()) {
            const bool one = item.verb != "insert" && !is_set(item.body, "many");
            builder.push(bson::doc(item.verb, one ? definite(item.body, true) : bson::Document(item.body)));
        }
        builder.close();
        if (is_set(body, "unordered")) builder.append("unordered", true);
        builder.close();
        return builder.take();
    }
    const bool one = call.verb == "replace" || ((call.verb == "update" || call.verb == "delete") && !is_set(body, "many")) ||
                     (call.verb == "find_and_modify" && body["sort"].type() == bson::Type::missing);
    return one ? bson::doc(call.verb, definite(body, false)) : operation;
}

void Players::drop() {
    left_.drop();
    right_.drop();
}

}  // namespace tenon::differential
