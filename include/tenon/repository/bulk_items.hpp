#pragma once
// BulkItems: the writes of one bulk call, in order.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon {

struct BulkWrite;

/// The options of one item. One that the item cannot have fails the call (invalid_argument) before anything is written.
struct BulkItemOptions {
    bool                        upsert = false;      ///< of updates and replaces
    std::vector<bson::Document> array_filters{};     ///< of updates: conditions of `$[name]` in their paths
    std::string                 hint{};              ///< name of an index to use; not of inserts
    std::optional<std::int64_t> expected_version{};  ///< of an item that changes one document of a versioned model
};

/// A list of writes. Movable; made by one thread.
class BulkItems {
public:
    BulkItems();
    BulkItems(BulkItems&&) noexcept;
    BulkItems& operator=(BulkItems&&) noexcept;
    ~BulkItems();

    BulkItems& insert(bson::Document document);
    BulkItems& update_one(bson::Document filter, bson::Document update, BulkItemOptions options = {});
    BulkItems& update_many(bson::Document filter, bson::Document update, BulkItemOptions options = {});
    BulkItems& replace_one(bson::Document filter, bson::Document replacement, BulkItemOptions options = {});
    BulkItems& remove_one(bson::Document filter, BulkItemOptions options = {});
    BulkItems& remove_many(bson::Document filter, BulkItemOptions options = {});
    /// The first mistake of an item (a clause that could not be built): what the call fails with.
    BulkItems& mistake(Error error);

    [[nodiscard]] std::size_t size() const noexcept;

private:
    friend class Collection;
    std::unique_ptr<BulkWrite> items_;
    std::unique_ptr<Error>     error_{};
};

}  // namespace tenon
