#include "repository/document_edit.hpp"

#include <utility>
#include <vector>

namespace tenon::repository {

namespace {

void write_element(std::vector<std::uint8_t>& out, std::string_view key, bson::ValueRef value) {
    out.push_back(static_cast<std::uint8_t>(value.type()));
    out.insert(out.end(), key.begin(), key.end());
    out.push_back(0);
    out.insert(out.end(), value.bytes().begin(), value.bytes().end());
}

void write_size(std::vector<std::uint8_t>& bytes) noexcept {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(bytes.data(), &size, sizeof size);
}

enum class Place { front, back };

void put(bson::Document& document, std::string_view key, bson::ValueRef value, Place place) {
    const auto* start = document.view().data();
    std::size_t from  = 0;  // of the element there is
    std::size_t at    = 0;  // of its payload
    std::size_t to    = 0;
    for (auto it = document.begin(); it != document.end(); ++it) {
        if (it->key != key) continue;
        from = static_cast<std::size_t>(it.position() - start);
        at   = from + 1 + key.size() + 1;
        to   = at + it->value.bytes().size();
        break;
    }
    auto bytes = document.release();
    if (bytes.empty()) bytes = {5, 0, 0, 0, 0};
    const auto payload = value.bytes();
    if (from != 0 && to - at == payload.size()) {
        bytes[from] = static_cast<std::uint8_t>(value.type());
        if (!payload.empty()) std::memcpy(bytes.data() + at, payload.data(), payload.size());
    } else if (from == 0 && place == Place::back) {
        bytes.pop_back();
        write_element(bytes, key, value);
        bytes.push_back(0);
    } else {
        std::vector<std::uint8_t> element;
        write_element(element, key, value);
        if (from == 0) from = to = 4;
        const auto position = bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(to));
        bytes.insert(position, element.begin(), element.end());
    }
    write_size(bytes);
    document = bson::Document::trusted(std::move(bytes));
}

bson::ValueRef as_value(const bson::Document& document, bson::Type type = bson::Type::document) noexcept {
    return {type, document.view().data(), document.view().size()};
}

}  // namespace

void set_field(bson::Document& document, std::string_view key, bson::ValueRef value) { put(document, key, value, Place::back); }

void set_first_field(bson::Document& document, std::string_view key, bson::ValueRef value) {
    put(document, key, value, Place::front);
}

namespace {

/// What `value` or `{$eq: value}` asks for; missing: it asks for something else.
bson::ValueRef equality_of(bson::ValueRef condition) noexcept {
    if (is_plain_value(condition)) return condition;
    if (condition.type() != bson::Type::document) return {};
    auto first = condition.as_view().begin();
    if (first->key != "$eq") return {};
    const auto value = first->value;
    ++first;
    // An array's equality is met by its elements, too; as an id it is not one document's alone.
    return first == std::default_sentinel && value.type() != bson::Type::array ? value : bson::ValueRef{};
}

}  // namespace

void add_condition(bson::Document& filter, std::string_view key, bson::ValueRef condition) {
    const auto present = filter[key];
    if (present.missing()) {
        put(filter, key, condition, Place::back);
        return;
    }
    // Said already; twice would be two values for one path of an upsert.
    if (present.identical(condition)) return;
    if (const auto said = equality_of(present); !said.missing() && said.identical(equality_of(condition))) return;
    // Not by a Builder: the caller's filter may be as deep and as large as a document can be, and may never get lost.
    bson::Document second;
    put(second, key, condition, Place::back);
    bson::Document list;
    put(list, "0", as_value(filter), Place::back);
    put(list, "1", as_value(second), Place::back);
    bson::Document both;
    put(both, "$and", as_value(list, bson::Type::array), Place::back);
    filter = std::move(both);
}

void add_condition(bson::Document& filter, std::string_view key, std::string_view op, bson::ValueRef operand) {
    bson::Document condition;
    put(condition, op, operand, Place::back);
    add_condition(filter, key, as_value(condition));
}

bool is_plain_value(bson::ValueRef value) noexcept {
    switch (value.type()) {
        case bson::Type::missing:
        case bson::Type::undefined:
        case bson::Type::regex:
        case bson::Type::array: return false;
        case bson::Type::document: {
            const auto view = value.as_view();
            return view.empty() || !view.begin()->key.starts_with('$');
        }
        default: return true;
    }
}

bson::ValueRef only_id(bson::View filter) noexcept {
    auto element = filter.begin();
    if (element == std::default_sentinel || element->key != "_id") return {};
    const auto value = equality_of(element->value);
    ++element;
    return element == std::default_sentinel ? value : bson::ValueRef{};
}

bson::ValueRef id_of(bson::View filter) noexcept { return equality_of(filter["_id"]); }

}  // namespace tenon::repository
