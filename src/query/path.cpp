#include <tenon/query/path.hpp>

#include <algorithm>
#include <optional>

#include "query/shared.hpp"

namespace tenon::query::detail {

std::string step(std::string_view path, std::string_view next) {
    std::string out(path);
    if (!out.empty()) out += '.';
    out += next;
    return out;
}

std::string step(std::string_view path, std::size_t index) { return step(path, std::to_string(index)); }

std::shared_ptr<const Error> check_key(std::string_view path, std::string_view key) {
    const char* what = nullptr;
    if (key.empty()) {
        what = "an empty key cannot be named in a path";
    } else if (key.front() == '$') {
        what = "a key that starts with '$' cannot be named in a path";
    } else if (key.find('.') != key.npos) {
        what = "a key that holds '.' cannot be named in a path";
    } else if (key.find('\0') != key.npos) {
        what = "a key cannot hold NUL";
    }
    if (what == nullptr) return nullptr;
    return std::make_shared<const Error>(mistake_at(path, what));
}

std::shared_ptr<const Error> check_identifier(std::string_view path, std::string_view identifier) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto plain = [&](char c) { return lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (!identifier.empty() && lower(identifier.front()) && std::ranges::all_of(identifier, plain)) return nullptr;
    return std::make_shared<const Error>(
        mistake_at(path, "an array filter's name begins with a lower-case letter and holds letters and digits only"));
}

bool has_update_step(std::string_view path) { return path.starts_with('$') || path.find(".$") != path.npos; }

std::optional<Error> check_read_path(const PathRef& path) {
    if (path.error) return *path.error;
    if (has_update_step(path.text)) return mistake_at(path.text, "each() and matched() are for updates only");
    return std::nullopt;
}

}  // namespace tenon::query::detail
