#include "bson/depth.hpp"

namespace tenon::bson::detail {

bool depth_within(View document, std::size_t levels) noexcept {
    if (levels == 0) return false;
    // A level takes 7 bytes (type, the key's NUL, length, terminator): most documents are too small to be deep, without a walk.
    if (document.size() < 5 + 7 * levels) return true;
    for (const Element& element : document) {
        switch (element.value.type()) {
            case Type::document:
            case Type::array:
                if (!depth_within(element.value.as_view(), levels - 1)) return false;
                break;
            case Type::code_scope:
                if (!depth_within(element.value.code_scope(), levels - 1)) return false;
                break;
            default: break;
        }
    }
    return true;
}

}  // namespace tenon::bson::detail
