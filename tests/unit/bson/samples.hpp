#pragma once
// A value of each of BSON's types, the deprecated ones too, which nothing writes but raw bytes.

#include <initializer_list>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::bson::test {

/// The bytes of a literal, its own terminator left out: bytes("\x05\0\0\0\0").
template <std::size_t n>
std::vector<std::uint8_t> bytes(const char (&literal)[n]) {
    return {literal, literal + n - 1};
}

inline Value raw(Type type, const std::vector<std::uint8_t>& payload) {
    return Value(ValueRef(type, payload.data(), static_cast<std::uint32_t>(payload.size())));
}

inline Value undefined() { return raw(Type::undefined, {}); }

inline std::vector<std::uint8_t> string_bytes(std::string_view text) {
    const auto                size = static_cast<std::uint32_t>(text.size() + 1);
    std::vector<std::uint8_t> out(4);
    std::memcpy(out.data(), &size, 4);
    out.insert(out.end(), text.begin(), text.end());
    out.push_back(0);
    return out;
}

inline Value symbol(std::string_view text) { return raw(Type::symbol, string_bytes(text)); }

inline Value db_pointer(std::string_view collection, std::uint8_t id) {
    auto out = string_bytes(collection);
    out.insert(out.end(), 12, id);
    return raw(Type::db_pointer, out);
}

inline Value code_scope(std::string_view source, const Document& scope) {
    std::vector<std::uint8_t> out(4);
    const auto                text = string_bytes(source);
    out.insert(out.end(), text.begin(), text.end());
    out.insert(out.end(), scope.view().bytes().begin(), scope.view().bytes().end());
    const auto size = static_cast<std::uint32_t>(out.size());
    std::memcpy(out.data(), &size, 4);
    return raw(Type::code_scope, out);
}

inline Decimal128 decimal(std::string_view text) {
    const auto parsed = Decimal128::parse(text);
    return parsed ? *parsed : Decimal128{~0ULL, ~0ULL};
}

/// A document that holds an element of every type, nested ones included.
inline Document all_types() {
    Builder b;
    b.append("double", 1.5);
    b.append("string", std::string_view("h\xC3\xA9llo\0w", 8));
    b.append("document", doc("a", 1, "b", doc("c", "deep")));
    b.append("array", array(1, "two", array(3.0)));
    b.append("binary", Binary{{1, 2, 3}, 0x80});
    b.append("old binary", Binary{{1, 2, 3}, 2});
    b.append("undefined", undefined());
    b.append("object_id", ObjectId{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}});
    b.append("bool", true);
    b.append("date", DateTime(1));
    b.append("null", Null{});
    b.append("regex", Regex{"^a", "im"});
    b.append("db_pointer", db_pointer("db.c", 7));
    b.append("code", Code{"f()"});
    b.append("symbol", symbol("s"));
    b.append("code_scope", code_scope("g()", doc("x", 1)));
    b.append("int32", std::int32_t{7});
    b.append("timestamp", Timestamp{1, 2});
    b.append("int64", std::int64_t{8});
    b.append("decimal128", decimal("1.50"));
    b.append("min_key", MinKey{});
    b.append("max_key", MaxKey{});
    return b.take();
}

/// {d: {d: ... {}}}, as deep as it is told: no builder makes it past the limit.
inline Document nested(std::size_t levels) {
    std::vector<std::uint8_t> bytes = test::bytes("\5\0\0\0\0");
    for (std::size_t i = 1; i < levels; ++i) {
        std::vector<std::uint8_t> outer(4);
        outer.push_back(3);
        outer.push_back('d');
        outer.push_back(0);
        outer.insert(outer.end(), bytes.begin(), bytes.end());
        outer.push_back(0);
        const auto size = static_cast<std::uint32_t>(outer.size());
        std::memcpy(outer.data(), &size, 4);
        bytes = std::move(outer);
    }
    return Document::trusted(std::move(bytes));
}

}  // namespace tenon::bson::test
