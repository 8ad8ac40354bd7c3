#include "mql/distinct.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

// "0", "12.x": the next part is an index, so an array is entered there and not searched.
bool begins_with_index(std::string_view path) noexcept {
    std::size_t digits = 0;
    while (digits < path.size() && path[digits] >= '0' && path[digits] <= '9') ++digits;
    return digits != 0 && (digits == path.size() || path[digits] == '.');
}

void collect(bson::View document, std::string_view path, std::vector<ValueRef>& out) {
    // A key that holds dots itself is found first, as in MongoDB.
    if (const ValueRef value = document[path]) {
        if (value.type() != Type::array) {
            out.push_back(value);
            return;
        }
        for (const auto& element : value.as_view()) out.push_back(element.value);
        return;
    }
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return;
    const ValueRef         next = document[path.substr(0, dot)];
    const std::string_view rest = path.substr(dot + 1);
    if (next.type() == Type::document || (next.type() == Type::array && begins_with_index(rest))) {
        collect(next.as_view(), rest, out);
    } else if (next.type() == Type::array) {
        for (const auto& element : next.as_view()) {
            const Type type = element.value.type();
            if (type == Type::document || type == Type::array) collect(element.value.as_view(), rest, out);
        }
    }
}

}  // namespace

void collect_distinct(bson::View document, std::string_view path, std::vector<ValueRef>& out) { collect(document, path, out); }

}  // namespace tenon::mql
