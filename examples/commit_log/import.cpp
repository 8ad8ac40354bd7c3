#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include <tenon/bson/utf8.hpp>

#include "git.hpp"
#include "model.hpp"
#include "progress.hpp"
#include "steps.hpp"

namespace {

using tenon::field;
using tenon::Result;

constexpr std::size_t batch_size = 500;

// Git stores whatever bytes it was given; documents hold UTF-8 only.
std::string text(std::string bytes) {
    if (tenon::bson::valid_utf8(bytes.data(), bytes.size())) return bytes;
    std::replace_if(bytes.begin(), bytes.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }, '?');
    return bytes;
}

tenon::DateTime time_of(const Commit& commit) { return tenon::DateTime(commit.seconds * 1000); }

std::string month_of(const Commit& commit) { return time_of(commit).to_string().substr(0, 7); }

Message message_from(const Commit& commit) {
    Message message{.id              = commit.hash,
                    .conversation_id = month_of(commit),
                    .author          = text(commit.author_email),
                    .at              = time_of(commit),
                    .subject         = text(commit.subject),
                    .body            = text(commit.body)};
    for (const auto& path : commit.paths) message.paths.push_back(text(path));
    return message;
}

// The ids of a batch that are stored already, deleted ones included.
Result<std::unordered_set<std::string>> stored_among(const tenon::Repository<Message>& messages, std::span<const Commit> batch) {
    std::vector<std::string> ids;
    for (const auto& commit : batch) ids.push_back(commit.hash);
    auto found = messages.find(field<&Message::id>.in(ids)).with_deleted().distinct<&Message::id>();
    if (!found) return tenon::fail(found.error());
    return std::unordered_set<std::string>(found->begin(), found->end());
}

// An author and a month may stand in many batches; each is written once, by whoever comes first.
Result<void> store_people_and_months(const tenon::Database& db, std::span<const Commit> batch) {
    const tenon::Repository<User>         users(db);
    const tenon::Repository<Conversation> conversations(db);
    std::unordered_set<std::string>       seen;
    for (const auto& commit : batch) {
        const std::string author = text(commit.author_email);
        if (!author.empty() && seen.insert(author).second) {
            const auto put = users.update(author,
                                          tenon::set_on_insert<&User::name>(text(commit.author_name)) |
                                              tenon::set_on_insert<&User::first_seen>(time_of(commit)),
                                          {.upsert = true});
            if (!put) return tenon::fail(put.error());
        }
        const std::string month = month_of(commit);
        if (seen.insert(month).second) {
            const auto put = conversations.update(month, tenon::set_on_insert<&Conversation::title>("Work of " + month), {.upsert = true});
            if (!put) return tenon::fail(put.error());
        }
    }
    return {};
}

}  // namespace

Result<void> import_history(const tenon::Database& db, const std::string& directory) {
    const auto history = read_history(directory);
    if (!history) return tenon::fail(history.error());

    const tenon::Repository<Message> messages(db);
    if (const auto made = messages.create_indexes(); !made) return tenon::fail(made.error());

    std::size_t added = 0;
    Progress    progress("reading commits", history->size());
    for (std::size_t start = 0; start < history->size(); start += batch_size) {
        const auto batch  = std::span(*history).subspan(start, std::min(batch_size, history->size() - start));
        const auto stored = stored_among(messages, batch);
        if (!stored) return tenon::fail(stored.error());

        std::vector<Message> fresh;
        for (const auto& commit : batch) {
            if (!stored->contains(commit.hash)) fresh.push_back(message_from(commit));
        }
        if (!fresh.empty()) {
            if (const auto put = store_people_and_months(db, batch); !put) return tenon::fail(put.error());
            if (const auto put = messages.insert_many(fresh); !put) return tenon::fail(put.error());
            added += fresh.size();
        }
        progress.to(start + batch.size());
    }
    std::printf("%zu commits read, %zu new\n", history->size(), added);
    return {};
}
