#include "repository/page_token.hpp"

#include <array>
#include <cstring>
#include <optional>

namespace tenon::repository {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t     version  = 1;
constexpr std::size_t      longest  = std::size_t{4} * 1024 * 1024;  // of a token's text

std::string to_text(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits  = 0;
    unsigned      count = 0;
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8U) | byte;
        count += 8;
        while (count >= 6) {
            count -= 6;
            text += alphabet[(bits >> count) & 63U];
        }
    }
    if (count > 0) text += alphabet[(bits << (6 - count)) & 63U];
    return text;
}

/// Strict: one text for each byte string. Bits left over must be zero, else two texts would be one cursor.
std::optional<std::vector<std::uint8_t>> to_bytes(std::string_view text) {
    static constexpr auto values = [] {
        std::array<std::int8_t, 256> table{};
        for (auto& value : table) value = -1;
        for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
        return table;
    }();
    if (text.size() % 4 == 1 || text.size() > longest) return std::nullopt;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits  = 0;
    unsigned      count = 0;
    for (const char c : text) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> count));
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return bytes;
}

// FNV-1a, then mixed, so that each byte reaches every bit of the hash.
std::uint64_t add(std::uint64_t hash, const void* data, std::size_t size) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001B3ULL;
    hash ^= size;  // "ab" + "c" is not "a" + "bc"
    hash ^= hash >> 32U;
    return hash * 0xD6E8FEB86659FD93ULL;
}

std::uint64_t hash_of(const PageScope& scope, const std::uint8_t* bytes, std::size_t size) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    hash               = add(hash, scope.collection.data(), scope.collection.size());
    hash               = add(hash, scope.tenant.data(), scope.tenant.size());
    hash               = add(hash, scope.sort.data(), scope.sort.size());
    hash               = add(hash, bytes, size);
    return hash ^ (hash >> 29U);
}

}  // namespace

std::string page_token(const PageScope& scope, const bson::Document& values) {
    std::vector<std::uint8_t> bytes{version};
    const auto                key = values.view().bytes();
    bytes.insert(bytes.end(), key.begin(), key.end());
    const auto hash = hash_of(scope, bytes.data(), bytes.size());
    bytes.resize(bytes.size() + sizeof hash);
    std::memcpy(bytes.data() + bytes.size() - sizeof hash, &hash, sizeof hash);
    return to_text(bytes);
}

Result<bson::Document> read_page_token(const PageScope& scope, std::string_view token, std::size_t parts, const char* option) {
    const auto refused = [&] {
        return fail(Errc::invalid_argument,
                    "the cursor is none of this query: it was changed, or comes from another sort, collection or tenant", option);
    };
    auto bytes = to_bytes(token);
    std::uint64_t hash = 0;
    if (!bytes || bytes->size() < 1 + 5 + sizeof hash || bytes->front() != version) return refused();
    const auto body = bytes->size() - sizeof hash;
    std::memcpy(&hash, bytes->data() + body, sizeof hash);
    if (hash != hash_of(scope, bytes->data(), body)) return refused();
    // A forged hash gets this far: the bytes are as untrusted as before.
    const std::span<const std::uint8_t> document(bytes->data() + 1, body - 1);
    // A few levels are left for the filters that the values are put into.
    auto view = bson::View::validate(document, {.max_depth = bson::max_depth - 8});
    if (!view || view->count() != parts) return refused();
    for (const auto& part : *view) {
        const auto type = part.value.type();
        if (type == bson::Type::array || type == bson::Type::undefined) return refused();
    }
    return bson::Document(*view);
}

}  // namespace tenon::repository
