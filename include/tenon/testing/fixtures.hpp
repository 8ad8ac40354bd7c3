#pragma once
// Fixtures: documents of a JSON file, put into a collection by their natural key. Loading twice is loading once.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/repository/repository.hpp>

namespace tenon::testing {

struct FixtureReport {
    std::size_t inserted  = 0;
    std::size_t replaced  = 0;
    std::size_t unchanged = 0;  ///< stored with these fields and no others already: not written, so that versions and dates stay
};

namespace detail {
/// Looks at a document as it would be stored. @errors the reader's.
using Check = Result<void> (*)(bson::View document);
Result<FixtureReport> load(const Collection& collection, std::string_view json, const std::vector<std::string>& key, Check check,
                           const std::string& source);
Result<std::string>   read_file(const std::string& path);

template <class T>
Result<void> check_entity(bson::View document) {
    auto entity = decode<T>(document);
    if (!entity) return fail(std::move(entity).error());
    return {};
}
}  // namespace detail

/// Reads a JSON array of documents (Extended JSON) from a file and upserts each by the fields of its natural key (`{"email"}`, dotted paths
/// allowed). A replaced one has the fields of the file alone, those that the library keeps aside: as in an insert, the deletion mark,
/// `updated_at` and the version are the library's whatever the file says, `_id` and `created_at` where it says nothing.
/// @errors io (the file), invalid_argument (no array, a document without its key: Error::path is "[3].email"), those of a write.
/// What was written before an error stays.
inline Result<FixtureReport> load_fixtures(const Collection& collection, const std::string& path, const std::vector<std::string>& key) {
    auto json = detail::read_file(path);
    if (!json) return fail(std::move(json).error());
    return detail::load(collection, *json, key, nullptr, path);
}
/// The same of an entity: `load_fixtures<&User::email>(users, "users.json")`. Each document must read as a T before it is written.
/// @errors decode.
template <auto... Key, class T>
Result<FixtureReport> load_fixtures(const Repository<T>& repository, const std::string& path) {
    auto json = detail::read_file(path);
    if (!json) return fail(std::move(json).error());
    return detail::load(repository.untyped(), *json, {std::string(mapping::wire_name_of<Key>)...}, &detail::check_entity<T>, path);
}

}  // namespace tenon::testing
