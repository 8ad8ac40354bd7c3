// scheme ":" rest [ "?" option "=" value *( "&" option "=" value ) ]
//
// The scheme is a letter and then letters, digits, '+', '-' and '.'; a "+sub" part belongs to it (mongodb+srv).
// "%XX" stands for a byte in `rest` and in options; a '?' of a file's name is written %3F.

#include "store/uri.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <tenon/store/config.hpp>

namespace tenon {

namespace {

bool letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_digit(char c) noexcept {
    if (digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Empty on a bad escape or an escaped NUL, which would end a file's name early.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (text[i] == '\0') return std::nullopt;
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low  = hex_digit(text[i + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

/// Where the scheme ends: the position of its ':', or npos.
std::size_t scheme_end(std::string_view uri) noexcept {
    if (uri.empty() || !letter(uri.front())) return std::string_view::npos;
    for (std::size_t i = 1; i < uri.size(); ++i) {
        const char c = uri[i];
        if (c == ':') return i;
        if (!letter(c) && !digit(c) && c != '+' && c != '-' && c != '.') break;
    }
    return std::string_view::npos;
}

bool carries_secret(std::string_view option) {
    std::string lower = percent_decoded(option).value_or(std::string(option));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    constexpr std::array<std::string_view, 7> words{"pass", "pwd", "secret", "token", "key", "credential", "mechanismproperties"};
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// Where a user part can begin: behind the scheme's "://", or behind a known scheme's ':'. Of anything else the scheme itself may be a user.
std::size_t user_start(std::string_view uri) noexcept {
    const auto colon = scheme_end(uri);
    if (colon == std::string_view::npos) return 0;
    if (uri.substr(colon + 1, 2) == "//") return colon + 3;
    constexpr std::array<std::string_view, 3> known{"sqlite", "mongodb", "mongodb+srv"};
    return std::find(known.begin(), known.end(), uri.substr(0, colon)) == known.end() ? 0 : colon + 1;
}

/// "name=value&name=value" with the values of options that carry secrets hidden.
std::string redacted_options(std::string_view options) {
    std::string out;
    for (bool first = true; !options.empty(); first = false) {
        const auto end  = options.find('&');
        const auto pair = options.substr(0, end);
        options         = end == std::string_view::npos ? std::string_view() : options.substr(end + 1);
        if (!first) out += '&';
        const auto equals = pair.find('=');
        const bool hidden = equals != std::string_view::npos && carries_secret(pair.substr(0, equals));
        out += hidden ? pair.substr(0, equals) : pair;
        if (hidden) out += "=***";
    }
    return out;
}

std::string with_redacted_options(std::string_view uri) {
    const auto question = uri.find('?');
    if (question == std::string_view::npos) return std::string(uri);
    return std::string(uri.substr(0, question + 1)) + redacted_options(uri.substr(question + 1));
}

}  // namespace

Result<StoreUri> StoreUri::parse(std::string_view uri) {
    const auto colon = scheme_end(uri);
    if (colon == std::string_view::npos) {
        return fail(Errc::invalid_argument, "the store's URI has no scheme; write it as sqlite:path or sqlite::memory:", "uri");
    }
    StoreUri parsed;
    parsed.scheme.assign(uri.substr(0, colon));
    for (char& c : parsed.scheme) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }

    const auto question = uri.find('?', colon);
    auto       rest     = percent_decoded(uri.substr(colon + 1, question == std::string_view::npos ? question : question - colon - 1));
    if (!rest) return fail(Errc::invalid_argument, "the store's URI has a bad %-escape in front of its options", "uri");
    parsed.rest = std::move(*rest);

    std::string_view options = question == std::string_view::npos ? std::string_view() : uri.substr(question + 1);
    while (!options.empty()) {
        const auto end  = options.find('&');
        const auto pair = options.substr(0, end);
        options         = end == std::string_view::npos ? std::string_view() : options.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto       name   = percent_decoded(pair.substr(0, equals));
        auto       value  = percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        if (!name || name->empty()) return fail(Errc::invalid_argument, "an option of the store's URI has no readable name", "uri");
        if (!value) {
            return fail(Errc::invalid_argument, "option \"" + *name + "\" of the store's URI has a bad %-escape", *name);
        }
        const bool twice = std::any_of(parsed.options.begin(), parsed.options.end(),
                                       [&](const auto& option) { return option.first == *name; });
        if (twice) return fail(Errc::invalid_argument, "option \"" + *name + "\" stands twice in the store's URI", *name);
        parsed.options.emplace_back(std::move(*name), std::move(*value));
    }
    return parsed;
}

std::string redacted(std::string_view uri) {
    constexpr auto npos = std::string_view::npos;
    const auto     from = user_start(uri);
    const auto     at   = uri.rfind('@');
    const auto     colon = at == npos ? npos : uri.find(':', from);
    if (at == npos || at < from || colon > at) return with_redacted_options(uri);

    // What stands between the user's ':' and the last '@' is hidden whatever it is: a password may hold '/', '?' or '@' by mistake.
    std::string out(uri.substr(0, colon));
    out += ":***";
    // The last '@' may also be that of an option's secret, which goes on behind it.
    const auto question = uri.find('?', colon);
    if (question < at) {
        const auto joint  = uri.rfind('&', at);
        const auto pair   = joint == npos || joint < question ? question + 1 : joint + 1;
        const auto equals = uri.find('=', pair);
        if (equals < at && carries_secret(uri.substr(pair, equals - pair))) {
            const auto next = uri.find('&', at);
            if (next != npos) out += '&' + redacted_options(uri.substr(next + 1));
            return out;
        }
    }
    return out + with_redacted_options(uri.substr(at));
}

}  // namespace tenon
