#pragma once
// Which values a path of a filter stands for: MongoDB's implicit traversal of arrays.
//
// A part steps into a document's field. An array on the way stands for each of its documents, and, when the next part
// spells an index, for the element at that index too: "a.0.b" reads field "0" of a's elements as well as a[0].b. An
// array in an array is entered by index alone. An array at the end stands for each element and then for itself.

#include <cstdint>
#include <optional>

#include <tenon/bson/view.hpp>

#include "mql/path.hpp"

namespace tenon::mql {

/// What an array at the end of the path stands for.
enum class LeafArray : std::uint8_t {
    elements_and_whole,
    whole,
};

using ElementIndex = std::optional<std::uint32_t>;

/// Calls `visit(ValueRef, ElementIndex)` for each value until it returns true; the index is that of the element of the
/// outermost array that was gone through implicitly. A path that ends in nothing is visited as `missing`, but an array
/// without a document for the next part yields nothing at all.
template <class Visit>
class PathWalk {
public:
    PathWalk(const FieldPath& path, LeafArray leaf, Visit& visit) noexcept : path_(path), leaf_(leaf), visit_(visit) {}

    bool document(bson::View document, std::size_t part = 0, ElementIndex outer = {}) {
        bson::ValueRef value;
        if (path_.empty()) {
            value = document[{}];
            return leaf(value, 0, outer);
        }
        for (;; ++part) {
            value = document[path_[part]];
            if (value.type() == bson::Type::array) return leaf(value, part + 1, outer);
            if (part + 1 == path_.size()) return visit_(value, outer);
            if (value.type() != bson::Type::document) return visit_(bson::ValueRef(), outer);
            document = value.as_view();
        }
    }

    /// `value` is where the path has led so far; `next` is the first part not yet taken.
    bool leaf(bson::ValueRef value, std::size_t next, ElementIndex outer) {
        if (value.type() != bson::Type::array) return visit_(value, outer);
        if (leaf_ == LeafArray::whole && path_.rest(next).empty()) return visit_(value, outer);
        return array(value, next, outer);
    }

private:
    bool array(bson::ValueRef whole, std::size_t next, ElementIndex outer) {
        std::uint32_t index = 0;
        if (path_.rest(next).empty()) {
            for (const auto& element : whole.as_view()) {
                if (visit_(element.value, outer ? outer : ElementIndex(index))) return true;
                ++index;
            }
            return visit_(whole, outer);
        }
        const std::string_view part    = path_[next];
        const bool             numeric = is_all_digits(part);
        const bool             last    = next + 1 == path_.size();
        for (const auto& element : whole.as_view()) {
            const bool at_index = numeric && element.key == part;
            if (element.value.type() == bson::Type::document) {
                const bson::View inner = element.value.as_view();
                if (document(inner, next, outer ? outer : ElementIndex(index))) return true;
                if (at_index && !last && document(inner, next + 1, outer)) return true;
            } else if (at_index && !last && element.value.type() == bson::Type::array) {
                if (array(element.value, next + 1, outer)) return true;
            }
            if (at_index && last && visit_(element.value, outer)) return true;
            ++index;
        }
        return false;
    }

    const FieldPath& path_;
    LeafArray        leaf_;
    Visit&           visit_;
};

}  // namespace tenon::mql
