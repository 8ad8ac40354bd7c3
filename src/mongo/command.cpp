#include "mongo/command.hpp"

#include "mongo/write_errors.hpp"

namespace tenon::mongo {

Result<std::unique_ptr<Bson>> read_command(const Call& call, const Bson& command, const Takes& takes) {
    Bson options;
    if (auto added = add_options(options, call, takes); !added) return fail(std::move(added.error()));
    auto preference = read_preference(call);
    if (!preference) return fail(std::move(preference.error()));
    auto         reply = std::make_unique<Bson>();
    bson_error_t said{};
    if (mongoc_client_read_command_with_opts(call.client, call.database.c_str(), command.get(), preference->get(), options.get(), reply->get(), &said)) {
        return reply;
    }
    return fail(to_error(said, reply->get(), Effect::read, call.context));
}

Result<std::unique_ptr<Bson>> write_command(const Call& call, const Bson& command, const Takes& takes) {
    Bson options;
    if (auto added = add_options(options, call, takes); !added) return fail(std::move(added.error()));
    auto         reply = std::make_unique<Bson>();
    bson_error_t said{};
    if (mongoc_client_write_command_with_opts(call.client, call.database.c_str(), command.get(), options.get(), reply->get(), &said)) return reply;
    return fail(write_failure(said, *reply->get(), call.context).error);
}

bool find_value(const bson_t& reply, const char* path, bson_iter_t& value) noexcept {
    bson_iter_t top;
    return bson_iter_init(&top, &reply) && bson_iter_find_descendant(&top, path, &value);
}

std::int64_t number_at(const bson_t& reply, const char* path) noexcept {
    bson_iter_t value;
    return find_value(reply, path, value) ? bson_iter_as_int64(&value) : 0;
}

Result<bson::Document> document_of(const bson_iter_t& at) {
    const std::uint8_t* bytes  = nullptr;
    std::uint32_t       length = 0;
    bson_t              document;
    if (BSON_ITER_HOLDS_DOCUMENT(&at)) bson_iter_document(&at, &length, &bytes);
    else if (BSON_ITER_HOLDS_ARRAY(&at)) bson_iter_array(&at, &length, &bytes);
    if (bytes == nullptr) return bson::Document();
    if (!bson_init_static(&document, bytes, length)) return fail(Errc::corrupt, "the server sent bytes that are no BSON");
    auto view = received(document);
    if (!view) return fail(std::move(view.error()));
    return bson::Document(*view);
}

Result<bson::Value> value_of(const bson_iter_t& at) {
    Bson copy;
    bson_append_iter(copy.get(), "v", 1, &at);
    auto view = received(*copy.get());
    if (!view) return fail(std::move(view.error()));
    return bson::Value((*view)["v"]);
}

}  // namespace tenon::mongo
