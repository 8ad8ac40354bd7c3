#pragma once
// ThrowAwayDatabase: a database of its own for one test, on any URI, gone at the end.

#include <memory>
#include <string>
#include <string_view>

#include <tenon/repository/collection.hpp>
#include <tenon/repository/database.hpp>

namespace tenon::testing {

namespace detail {

/// Where a throw-away database lives, and how it is removed.
struct Place {
    std::string uri{};
    std::string file{};  ///< of a store in a file, to be removed with what stands beside it; else empty
};
/// @errors invalid_argument: a bad URI.
[[nodiscard]] Result<Place> unique_place(std::string_view uri);
void                        remove_files(const Place& place) noexcept;
/// Drops every collection: a store that is no file has no other way. False: the database is closed.
bool drop_all(const Database& database) noexcept;

}  // namespace detail

/// A new, empty database: "sqlite::memory:" as it is; "sqlite:dir/name.db" in a file "dir/name-<unique>.db" (without a name in the
/// system's temporary folder); "mongodb://host/name" in a database "name-<unique>" of the same deployment. Removed when the object goes; repositories and cursors made from it must have gone before.
class ThrowAwayDatabase {
public:
    /// @errors those of tenon::open.
    [[nodiscard]] static Result<ThrowAwayDatabase> open(std::string_view uri = "sqlite::memory:", const Models& models = {},
                                                        Config config = {}) {
        auto place = detail::unique_place(uri);
        if (!place) return fail(std::move(place).error());
        config.uri    = place->uri;
        auto database = tenon::open(config, models);  // here, not in the library: core does not know the engines
        if (!database) return fail(std::move(database).error());
        return ThrowAwayDatabase(std::move(*place), std::move(*database));
    }

    ThrowAwayDatabase(ThrowAwayDatabase&&) noexcept            = default;
    ThrowAwayDatabase& operator=(ThrowAwayDatabase&&) = delete;
    ~ThrowAwayDatabase() {
        if (!database_) return;
        if (place_.file.empty() && !detail::drop_all(*database_) && !place_.uri.starts_with("sqlite:")) {
            // Closed by the test. What it left on the server goes all the same.
            if (auto again = tenon::open(place_.uri)) (void)detail::drop_all(*again);
        }
        database_.reset();
        detail::remove_files(place_);
    }

    [[nodiscard]] const Database& operator*() const noexcept { return *database_; }
    [[nodiscard]] const Database* operator->() const noexcept { return database_.get(); }
    /// Opens the same store again, as another process would.
    [[nodiscard]] const std::string& uri() const noexcept { return place_.uri; }

private:
    ThrowAwayDatabase(detail::Place place, Database database)
        : place_(std::move(place)), database_(std::make_unique<Database>(std::move(database))) {}

    detail::Place             place_;
    std::unique_ptr<Database> database_;
};

}  // namespace tenon::testing
