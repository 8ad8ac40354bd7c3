#pragma once
// The tokens of JSON (RFC 8259), and the place of the first mistake.

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <tenon/result.hpp>

namespace tenon::bson::detail {

/// Walks a text. Every reader answers false or empty after it has noted the first mistake; nothing may be read then.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) noexcept : text_(text) {}

    /// Skips space and returns the next character, NUL at the end (and for a NUL, which no token begins with).
    [[nodiscard]] char peek() noexcept;
    /// Takes the next character when it is `c`.
    [[nodiscard]] bool take(char c) noexcept;
    /// Takes `c`, or notes that it is missing.
    [[nodiscard]] bool expect(char c);
    /// Takes true, false or null, whichever `word` is, or notes a mistake.
    [[nodiscard]] bool word(std::string_view word);
    /// A string. It stands in the text, or in `held` when it has escapes.
    [[nodiscard]] std::optional<std::string_view> string(std::string& held);
    /// The digits of a number as they are written.
    [[nodiscard]] std::optional<std::string_view> number();
    /// Notes a mistake when anything but space is left.
    [[nodiscard]] bool at_end();

    /// Where the next token begins.
    [[nodiscard]] std::size_t position() noexcept {
        (void)peek();
        return at_;
    }
    /// Notes a mistake at a position; always false.
    bool wrong(std::size_t position, std::string what);
    /// The noted mistake, with its line and column.
    [[nodiscard]] Error error() const;

private:
    [[nodiscard]] bool unescape(std::string& held);
    [[nodiscard]] std::optional<unsigned> four_hex();

    std::string_view text_;
    std::size_t      at_       = 0;
    std::size_t      wrong_at_ = 0;
    std::string      what_{};
};

/// True when the text is a number by JSON's grammar; `integer` tells whether it has neither fraction nor exponent.
[[nodiscard]] bool is_json_number(std::string_view text, bool& integer) noexcept;

/// A whole number that the type holds.
template <class Integer>
[[nodiscard]] std::optional<Integer> json_integer(std::string_view text) noexcept {
    bool    integer = false;
    Integer value{};
    if (!is_json_number(text, integer) || !integer) return std::nullopt;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
    return value;
}

/// The nearest double of a text that is_json_number accepts; empty past the largest one.
[[nodiscard]] std::optional<double> json_double(std::string_view number) noexcept;

}  // namespace tenon::bson::detail
