// Any text as a page's cursor, of any sort: it is refused, or it is a position whose filters are sound.
#include <cstdlib>
#include <string_view>

#include <tenon/bson/document.hpp>

#include "repository/keyset.hpp"
#include "repository/page_token.hpp"

using namespace tenon;
using namespace tenon::repository;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto order = PageOrder::of(bson::doc("a", 1, "b.c", -1));
    require(order.has_value());
    const auto      sort = order->sort(false);
    const PageScope scope{"things", "", sort};

    // As a client sends it.
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    auto                   key = read_page_token(scope, text, 3, "after");
    // As one who knows the hash could send it: the bytes are the key's document.
    if (!key) {
        const auto view = bson::View::validate({data, size});
        if (!view) return 0;
        key = read_page_token(scope, page_token(scope, {bson::Document(*view)}), 3, "after");
        if (!key) return 0;
    }
    const auto again = read_page_token(scope, page_token(scope, *key), 3, "after");
    require(again->values == key->values && again->inclusive == key->inclusive);

    std::size_t equal = 0;
    for (const auto& part : key->values) {
        const auto& path = order->parts()[equal].path;
        for (const bool down : {false, true}) {
            bson::Document filter = bson::doc("a", 1, "$or", bson::array(bson::doc("b", 2)));
            add_equalities(filter, *order, key->values, equal);
            (void)add_behind(filter, path, part.value, down);
            require(bson::View::validate(filter.view().bytes()).has_value());
        }
        bson::Document filter;
        add_step(filter, path, step_of(part.value));
        require(bson::View::validate(filter.view().bytes()).has_value());
        ++equal;
    }
    return 0;
}
