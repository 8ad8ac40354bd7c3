#include "sqlite/storable.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <tenon/bson/json.hpp>

#include "mql/mql_error.hpp"
#include "mql/upsert.hpp"

namespace tenon::sqlite {

namespace {

bool has_id_first(bson::View document) noexcept {
    const auto first = document.begin();
    return first != document.end() && first->key == "_id";
}

}  // namespace

bson::Timestamp next_timestamp(bson::DateTime now) noexcept {
    static std::atomic<std::uint64_t> last{0};
    const auto    second = static_cast<std::uint64_t>(now.ms / 1000) << 32U;
    std::uint64_t before = last.load(std::memory_order_relaxed);
    std::uint64_t mine   = 0;
    do {
        mine = std::max(before + 1, second + 1);
    } while (!last.compare_exchange_weak(before, mine, std::memory_order_relaxed));
    return {static_cast<std::uint32_t>(mine >> 32U), static_cast<std::uint32_t>(mine)};
}

namespace {

/// MongoDB stores the time for a Timestamp(0, 0) at the top of a document, but for one in _id.
void stamp(bson::Document& document) {
    std::vector<std::size_t> places;
    for (const auto& [key, value] : document) {
        if (value.type() != bson::Type::timestamp || key == "_id" || value.as_timestamp() != bson::Timestamp{}) continue;
        places.push_back(static_cast<std::size_t>(value.bytes().data() - document.view().data()));
    }
    if (places.empty()) return;
    auto bytes = document.release();
    for (const auto at : places) {
        const auto stamp = next_timestamp(bson::DateTime::now());
        std::memcpy(&bytes[at], &stamp.increment, 4);
        std::memcpy(&bytes[at + 4], &stamp.seconds, 4);
    }
    document = bson::Document::trusted(std::move(bytes));
}

}  // namespace

Result<void> complete(bson::Document& document) {
    stamp(document);
    if (has_id_first(document)) return {};
    // An ObjectId with its key and type takes 17 bytes.
    const bool made = document["_id"].missing();
    if (document.size() + (made ? 17U : 0U) > bson::max_document_size) {
        return mql::mql_error(mql::code::bson_object_too_large, "the document is larger than 16 MiB");
    }
    document = mql::with_id_first(document);
    return {};
}

std::string shown_id(bson::View document) {
    const auto id = document["_id"];
    return id.missing() ? std::string() : bson::to_json(id, bson::JsonMode::canonical);
}

}  // namespace tenon::sqlite
