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
    std::string lower(option);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    constexpr std::array<std::string_view, 6> words{"password", "passwd", "secret", "token", "key", "mechanismproperties"};
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != std::string::npos; });
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
    std::string out;
    const auto  question = uri.find('?');
    auto        front    = uri.substr(0, question);

    // user:password@ stands between "//" and the last '@': a password may hold an unescaped '/' or '@' by mistake.
    const auto slashes = front.find("//");
    const auto at      = front.rfind('@');
    if (slashes != std::string_view::npos && at != std::string_view::npos && at > slashes) {
        const auto user  = front.substr(slashes + 2, at - slashes - 2);
        const auto colon = user.find(':');
        out += front.substr(0, slashes + 2);
        out += user.substr(0, colon);
        if (colon != std::string_view::npos) out += ":***";
        out += front.substr(at);
    } else {
        out += front;
    }
    if (question == std::string_view::npos) return out;

    out += '?';
    auto options = uri.substr(question + 1);
    // A '?' inside an unescaped password puts its tail, up to the '@', behind the question mark.
    if (slashes != std::string_view::npos && at == std::string_view::npos && options.find('@') != std::string_view::npos) {
        const auto colon = front.find(':', slashes + 2);
        out              = std::string(front.substr(0, colon)) + (colon == std::string_view::npos ? "" : ":***");
        const auto last  = options.rfind('@');
        out += options.substr(last);
        return out;
    }
    for (bool first = true; !options.empty(); first = false) {
        const auto end  = options.find('&');
        const auto pair = options.substr(0, end);
        options         = end == std::string_view::npos ? std::string_view() : options.substr(end + 1);
        if (!first) out += '&';
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && carries_secret(pair.substr(0, equals))) {
            out += pair.substr(0, equals);
            out += "=***";
        } else {
            out += pair;
        }
    }
    return out;
}

}  // namespace tenon
