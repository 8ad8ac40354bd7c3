#include <tenon/bson/document.hpp>

#include <tenon/bson/utf8.hpp>
#include <tenon/bson/view.hpp>

namespace tenon::bson {

Result<Document> Document::from_bytes(std::vector<std::uint8_t> bytes) {
    if (auto view = View::validate(bytes); !view) return fail(std::move(view.error()));
    return trusted(std::move(bytes));
}

}  // namespace tenon::bson
