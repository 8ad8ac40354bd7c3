#include <tenon/repository/bulk_items.hpp>

#include <tenon/store/operation.hpp>

namespace tenon {

BulkItems::BulkItems() : items_(std::make_unique<BulkWrite>()) {}
BulkItems::BulkItems(BulkItems&&) noexcept            = default;
BulkItems& BulkItems::operator=(BulkItems&&) noexcept = default;
BulkItems::~BulkItems()                               = default;

namespace {

void add(BulkWrite& bulk, BulkWrite::Item item, std::optional<std::int64_t> expected_version) {
    // The list of versions is made when the first item has one: most bulk writes have none.
    if (expected_version && bulk.expected_versions.empty()) bulk.expected_versions.resize(bulk.items.size());
    bulk.items.push_back(std::move(item));
    if (expected_version || !bulk.expected_versions.empty()) bulk.expected_versions.push_back(expected_version);
}

Update update_of(bson::Document filter, bson::Document update, BulkItemOptions& options, bool many) {
    return {std::move(filter), std::move(update), std::move(options.array_filters), many, options.upsert, std::move(options.hint)};
}

void check_no_array_filters(BulkItems& items, const BulkItemOptions& options) {
    if (options.array_filters.empty()) return;
    items.mistake(std::move(fail(Errc::invalid_argument, "array filters are for updates by operators", "array_filters").value()));
}

void check_remove(BulkItems& items, const BulkItemOptions& options) {
    check_no_array_filters(items, options);
    if (options.upsert) items.mistake(std::move(fail(Errc::invalid_argument, "a remove takes no upsert", "upsert").value()));
}

}  // namespace

BulkItems& BulkItems::insert(bson::Document document) {
    add(*items_, BulkWrite::InsertOne{std::move(document)}, {});
    return *this;
}
BulkItems& BulkItems::update_one(bson::Document filter, bson::Document update, BulkItemOptions options) {
    add(*items_, update_of(std::move(filter), std::move(update), options, false), options.expected_version);
    return *this;
}
BulkItems& BulkItems::update_many(bson::Document filter, bson::Document update, BulkItemOptions options) {
    add(*items_, update_of(std::move(filter), std::move(update), options, true), options.expected_version);
    return *this;
}
BulkItems& BulkItems::replace_one(bson::Document filter, bson::Document replacement, BulkItemOptions options) {
    check_no_array_filters(*this, options);
    add(*items_, Replace{std::move(filter), std::move(replacement), options.upsert, std::move(options.hint)}, options.expected_version);
    return *this;
}
BulkItems& BulkItems::remove_one(bson::Document filter, BulkItemOptions options) {
    check_remove(*this, options);
    add(*items_, Delete{std::move(filter), false, false, std::move(options.hint)}, options.expected_version);
    return *this;
}
BulkItems& BulkItems::remove_many(bson::Document filter, BulkItemOptions options) {
    check_remove(*this, options);
    add(*items_, Delete{std::move(filter), true, false, std::move(options.hint)}, options.expected_version);
    return *this;
}
BulkItems& BulkItems::mistake(Error error) {
    if (!error_) error_ = std::make_unique<Error>(std::move(error));
    return *this;
}
std::size_t BulkItems::size() const noexcept { return items_->items.size(); }

}  // namespace tenon
