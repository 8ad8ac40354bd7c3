#include <tenon/testing/database.hpp>

#include <algorithm>
#include <filesystem>

#include <tenon/bson/values.hpp>

namespace tenon::testing::detail {

namespace {

/// A file's name as the rest of a URI: what would end it early is escaped.
std::string escaped(const std::string& path) {
    std::string out;
    for (const char c : path) {
        if (c == '%') out += "%25";
        else if (c == '?') out += "%3F";
        else out += c;
    }
    return out;
}

/// The same deployment with a database of its own. MongoDB's names of databases have 63 bytes at most.
std::string with_unique_database(std::string_view uri) {
    const auto authority = uri.find("://") + 3;
    const auto options   = std::min(uri.find('?', authority), uri.size());
    const auto slash     = std::min(uri.find('/', authority), options);
    const auto named     = slash < options ? uri.substr(slash + 1, options - slash - 1) : std::string_view();
    const auto stem      = named.empty() ? std::string_view("tenon") : named.substr(0, 38);
    return std::string(uri.substr(0, slash)) + "/" + std::string(stem) + "-" + ObjectId::generate().to_string() + std::string(uri.substr(options));
}

}  // namespace

Result<Place> unique_place(std::string_view uri) {
    if (uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://")) return Place{with_unique_database(uri), {}};
    auto parsed = StoreUri::parse(uri);
    if (!parsed) return fail(std::move(parsed).error());
    if (parsed->scheme != "sqlite" || parsed->rest == ":memory:") return Place{std::string(uri), {}};

    namespace fs = std::filesystem;
    std::error_code ignored;
    fs::path        path = parsed->rest.empty() ? fs::temp_directory_path(ignored) : fs::path(parsed->rest);
    if (parsed->rest.empty() || fs::is_directory(path, ignored)) path /= "tenon.db";
    const std::string unique = path.stem().string() + "-" + ObjectId::generate().to_string() + path.extension().string();
    path.replace_filename(unique);
    const auto question = uri.find('?');
    return Place{"sqlite:" + escaped(path.string()) + std::string(question == std::string_view::npos ? "" : uri.substr(question)), path.string()};
}

void remove_files(const Place& place) noexcept {
    if (place.file.empty()) return;
    for (const char* beside : {"", "-wal", "-shm", "-journal"}) {
        std::error_code ignored;
        std::filesystem::remove(place.file + beside, ignored);
    }
}

bool drop_all(const Database& database) noexcept {
    auto names = database.list_collections();
    if (!names) return names.error().code != Errc::cancelled;
    for (const auto& name : *names) (void)database.collection(name).drop();
    return true;
}

}  // namespace tenon::testing::detail
