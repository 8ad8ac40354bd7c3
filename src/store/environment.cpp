#include <tenon/store/environment.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace tenon {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view without_blanks(std::string_view text) noexcept {
    const auto from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

bool is_name(std::string_view text) noexcept {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Whether nothing but a comment stands behind a closing quote.
bool is_rest(std::string_view text) noexcept {
    const auto rest = without_blanks(text);
    return rest.empty() || (rest.front() == '#' && rest.size() < text.size());
}

std::optional<std::string> single_quoted(std::string_view text) {
    const auto close = text.find('\'', 1);
    if (close == std::string_view::npos || !is_rest(text.substr(close + 1))) return std::nullopt;
    return std::string(text.substr(1, close - 1));
}

std::optional<std::string> double_quoted(std::string_view text) {
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') return is_rest(text.substr(i + 1)) ? std::optional(std::move(out)) : std::nullopt;
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) break;
        switch (text[i]) {
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case '\\':
            case '"':
            case '$': out += text[i]; break;
            default:  return std::nullopt;
        }
    }
    return std::nullopt;
}

std::string unquoted(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || blanks.find(text[i - 1]) != std::string_view::npos)) return std::string(without_blanks(text.substr(0, i)));
    }
    return std::string(text);
}

std::optional<std::pair<std::string, std::string>> variable_of(std::string_view line) {
    constexpr std::string_view word = "export";
    if (line.starts_with(word) && line.size() > word.size() && blanks.find(line[word.size()]) != std::string_view::npos) {
        line = without_blanks(line.substr(word.size()));
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = without_blanks(line.substr(0, equals));
    if (!is_name(name)) return std::nullopt;
    const auto text  = without_blanks(line.substr(equals + 1));
    auto       value = text.starts_with('\'')  ? single_quoted(text)
                       : text.starts_with('"') ? double_quoted(text)
                                               : std::optional(unquoted(text));
    if (!value) return std::nullopt;
    return std::pair(std::string(name), std::move(*value));
}

}  // namespace

Environment Environment::process() {
    Environment out({});
    out.process_ = true;
    return out;
}

Result<Environment> Environment::parse(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Environment out({});
    const auto  bad = [](std::size_t number, const char* what) { return fail(Errc::invalid_argument, "line " + std::to_string(number) + what); };
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end  = text.find('\n');
        auto       line = text.substr(0, end);
        text            = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = without_blanks(line);
        if (line.empty() || line.front() == '#') continue;
        auto variable = line.find('\0') == std::string_view::npos ? variable_of(line) : std::nullopt;
        if (!variable) return bad(number, " is not NAME=value, with the quotes closed and no escape but \\n \\r \\t \\\\ \\\" \\$");
        const bool twice = std::any_of(out.variables_.begin(), out.variables_.end(), [&](const auto& other) { return other.first == variable->first; });
        if (twice) return bad(number, " sets a variable that an earlier line set");
        out.variables_.push_back(std::move(*variable));
    }
    return out;
}

Result<Environment> Environment::with_file(const std::string& path, Missing missing) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file) {
        if (errno == ENOENT && missing == Missing::allowed) return process();
        return fail(Errc::io, "the environment file \"" + path + "\" cannot be opened", path);
    }
    std::string text;
    char        piece[4096];
    for (std::size_t count = sizeof piece; count == sizeof piece;) {
        count = std::fread(piece, 1, sizeof piece, file.get());
        text.append(piece, count);
    }
    if (std::ferror(file.get()) != 0) return fail(Errc::io, "the environment file \"" + path + "\" cannot be read", path);
    auto parsed = parse(text);
    if (!parsed) {
        parsed.error().message = "the environment file \"" + path + "\": " + parsed.error().message;
        parsed.error().path    = path;
        return parsed;
    }
    parsed->process_ = true;
    return parsed;
}

std::optional<std::string> Environment::get(const std::string& name) const {
    if (process_) {
        const char* own = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing of ours changes it
        if (own != nullptr && *own != '\0') return std::string(own);
    }
    const auto found = std::find_if(variables_.begin(), variables_.end(), [&](const auto& variable) { return variable.first == name; });
    if (found == variables_.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

}  // namespace tenon
