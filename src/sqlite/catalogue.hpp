#pragma once
// The catalogue: which collections and indexes the file holds. Each connection keeps a copy and checks the stored version
// in every transaction, so that what another process built or dropped is seen.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/store/model_info.hpp>

#include "mql/filter.hpp"
#include "mql/index_keys.hpp"
#include "sqlite/connection.hpp"

namespace tenon::sqlite {

/// "Tnon" in the header of the file, and the format that this code writes.
inline constexpr std::int64_t application_id = 0x546E6F6E;
inline constexpr std::int64_t file_format    = 1;

struct IndexInfo {
    std::int64_t               id = 0;  ///< 0: the one on _id
    IndexSpec                  spec{};  ///< its name filled in
    mql::KeyPattern            pattern{};
    std::optional<mql::Filter> partial{};
    std::uint32_t              multikey = 0;  ///< bit i: part i went through an array in some document
};

struct CollectionInfo {
    std::int64_t           id = 0;
    std::string            name{};
    IndexInfo              id_index{};
    std::vector<IndexInfo> indexes{};

    [[nodiscard]] const IndexInfo* find_index(std::string_view index) const noexcept;
};

struct Catalogue {
    std::int64_t                                          version = -1;
    std::map<std::string, CollectionInfo, std::less<>>    collections{};

    [[nodiscard]] const CollectionInfo* find(std::string_view name) const noexcept;
};

/// The connection's catalogue as of the open transaction; loads it when the version moved.
[[nodiscard]] Result<const Catalogue*> current_catalogue(Connection& connection);
/// Loads it whatever the version.
[[nodiscard]] Result<const Catalogue*> reload_catalogue(Connection& connection);

// Changes; all inside a write transaction. Each raises the version and reloads the connection's copy. ------------------

[[nodiscard]] Result<const CollectionInfo*> create_collection(Connection& connection, std::string_view name);
[[nodiscard]] Result<void> drop_collection(Connection& connection, const CollectionInfo& collection);
/// The entry in the catalogue and an empty table; the caller fills it. Pointers into the catalogue are stale afterwards.
[[nodiscard]] Result<const IndexInfo*> create_index(Connection& connection, const std::string& collection, const IndexSpec& spec);
[[nodiscard]] Result<void> drop_index(Connection& connection, const IndexInfo& index);
[[nodiscard]] Result<void> set_hidden(Connection& connection, const IndexInfo& index, bool hidden);
[[nodiscard]] Result<void> add_multikey(Connection& connection, const IndexInfo& index, std::uint32_t parts);

/// Checks the file's header and creates the tables of an empty file. @errors corrupt, unsupported, io.
[[nodiscard]] Result<void> prepare_file(Connection& connection, bool may_create);

}  // namespace tenon::sqlite
