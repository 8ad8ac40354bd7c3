#include "repository/page_token.hpp"

#include <cstring>
#include <vector>

#include "bson/base64.hpp"

namespace tenon::repository {

namespace {

constexpr std::uint8_t behind = 1;
constexpr std::uint8_t at     = 2;
constexpr std::size_t  longest = std::size_t{4} * 1024 * 1024;  // of a token's text

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

std::string page_token(const PageScope& scope, const PageKey& key) {
    std::vector<std::uint8_t> bytes{key.inclusive ? at : behind};
    const auto                values = key.values.view().bytes();
    bytes.insert(bytes.end(), values.begin(), values.end());
    const auto hash = hash_of(scope, bytes.data(), bytes.size());
    bytes.resize(bytes.size() + sizeof hash);
    std::memcpy(bytes.data() + bytes.size() - sizeof hash, &hash, sizeof hash);
    std::string text;
    bson::detail::append_base64(bytes, text, bson::detail::Base64::url);
    return text;
}

Result<PageKey> read_page_token(const PageScope& scope, std::string_view token, std::size_t parts, const char* option) {
    const auto refused = [&] {
        return fail(Errc::invalid_argument,
                    "the cursor is none of this query: it was changed, or comes from another sort, collection or tenant", option);
    };
    std::vector<std::uint8_t> bytes;
    std::uint64_t             hash = 0;
    if (token.size() > longest || !bson::detail::read_base64(token, bytes, bson::detail::Base64::url)) return refused();
    if (bytes.size() < 1 + 5 + sizeof hash || (bytes.front() != behind && bytes.front() != at)) return refused();
    const auto body = bytes.size() - sizeof hash;
    std::memcpy(&hash, bytes.data() + body, sizeof hash);
    if (hash != hash_of(scope, bytes.data(), body)) return refused();
    // A forged hash gets this far: the bytes are as untrusted as before.
    const std::span<const std::uint8_t> document(bytes.data() + 1, body - 1);
    // A few levels are left for the filters that the values are put into.
    auto view = bson::View::validate(document, {.max_depth = bson::max_depth - 8});
    if (!view || view->count() != parts) return refused();
    for (const auto& part : *view) {
        const auto type = part.value.type();
        if (type == bson::Type::array || type == bson::Type::undefined) return refused();
    }
    return PageKey{bson::Document(*view), bytes.front() == at};
}

}  // namespace tenon::repository
