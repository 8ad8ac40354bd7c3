#include <cstdio>
#include <string>

#include <tenon/bson/json.hpp>

#include "model.hpp"
#include "steps.hpp"

namespace {

using tenon::desc;
using tenon::fail;
using tenon::field;
using tenon::Result;

void print(const Message& m) {
    std::printf("  %s  %s  %s\n", m.at.to_string().substr(0, 10).c_str(), m.id.substr(0, 8).c_str(), m.subject.c_str());
}

Result<void> count_all(const tenon::Database& db) {
    const auto messages      = tenon::Repository<Message>(db).count();
    const auto users         = tenon::Repository<User>(db).count();
    const auto conversations = tenon::Repository<Conversation>(db).count();
    if (!messages) return fail(messages.error());
    if (!users) return fail(users.error());
    if (!conversations) return fail(conversations.error());
    std::printf("\n%lld messages of %lld users in %lld conversations\n", static_cast<long long>(*messages),
                static_cast<long long>(*users), static_cast<long long>(*conversations));
    return {};
}

Result<void> page_through(const tenon::Repository<Message>& messages) {
    std::string cursor;
    for (int number = 1; number <= 2; ++number) {
        tenon::PageOptions options{.size = 5};
        if (!cursor.empty()) options.after = cursor;
        const auto page = messages.find().sort(desc<&Message::at>).page(options);
        if (!page) return fail(page.error());
        std::printf("\nnewest first, page %d:\n", number);
        for (const Message& m : page->items) print(m);
        if (!page->next) break;
        cursor = *page->next;
    }
    return {};
}

Result<void> find_some(const tenon::Repository<Message>& messages, const std::string& author) {
    const auto of_author = field<&Message::author> == author;
    const auto theirs    = messages.count(of_author);
    if (!theirs) return fail(theirs.error());
    std::printf("\n%lld messages by the author of the newest one; the first three:\n", static_cast<long long>(*theirs));
    const auto first = messages.find(of_author).sort(tenon::asc<&Message::at>).limit(3).all();
    if (!first) return fail(first.error());
    for (const Message& m : *first) print(m);

    const auto in_src = messages.count(field<&Message::paths>.starts_with("src/"));
    if (!in_src) return fail(in_src.error());
    std::printf("\n%lld messages touch src/\n", static_cast<long long>(*in_src));

    const auto plan = messages.find(of_author).sort(desc<&Message::at>).limit(3).explain();
    if (!plan) return fail(plan.error());
    std::printf("explain: %s\n", tenon::bson::to_json(*plan).c_str());
    return {};
}

Result<void> edit(const tenon::Repository<Message>& messages, const Message& stale) {
    Message edited   = stale;
    edited.note      = "read by the demo";
    const auto saved = messages.save(edited);
    if (!saved) return fail(saved.error());
    std::printf("\nedited %s: version %lld is now %lld\n", stale.id.substr(0, 8).c_str(), static_cast<long long>(stale.version),
                static_cast<long long>(saved->version));
    const auto refused = messages.save(stale);
    if (refused) return fail(tenon::Errc::corrupt, "a stale copy was saved");
    if (refused.error().code != tenon::Errc::version_conflict) return fail(refused.error());
    std::printf("saving the stale copy: %s\n", refused.error().to_string().c_str());
    return {};
}

Result<void> remove_and_restore(const tenon::Repository<Message>& messages, const std::string& id) {
    const auto report = [&](const char* what) -> Result<void> {
        const auto live = messages.count();
        const auto all  = messages.find().with_deleted().count();
        if (!live) return fail(live.error());
        if (!all) return fail(all.error());
        std::printf("%s: %lld live of %lld\n", what, static_cast<long long>(*live), static_cast<long long>(*all));
        return {};
    };
    if (const auto removed = messages.remove(id); !removed) return fail(removed.error());
    if (const auto reported = report("removed"); !reported) return fail(reported.error());
    if (const auto restored = messages.restore(id); !restored) return fail(restored.error());
    return report("restored");
}

}  // namespace

Result<void> tour(const tenon::Database& db) {
    const tenon::Repository<Message> messages(db);
    if (const auto counted = count_all(db); !counted) return fail(counted.error());
    if (const auto paged = page_through(messages); !paged) return fail(paged.error());

    const auto newest = messages.find().sort(desc<&Message::at>).first();
    if (!newest) return fail(newest.error());
    if (!*newest) {
        std::puts("\nthe history is empty");
        return {};
    }
    if (const auto found = find_some(messages, (*newest)->author); !found) return fail(found.error());
    if (const auto edited = edit(messages, **newest); !edited) return fail(edited.error());
    return remove_and_restore(messages, (*newest)->id);
}
