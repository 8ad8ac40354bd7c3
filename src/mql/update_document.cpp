#include "mql/update_document.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tenon::mql {

using bson::Type;

namespace {

bool is_container(Type type) noexcept { return type == Type::document || type == Type::array; }

void write_key(std::vector<std::uint8_t>& out, Type type, std::string_view key) {
    out.push_back(static_cast<std::uint8_t>(type));
    out.insert(out.end(), key.begin(), key.end());
    out.push_back(0);
}

void write_elements(std::vector<std::uint8_t>& out, const MutableNode& node) {
    const std::size_t start = out.size();
    out.resize(start + 4);
    char          digits[20];
    std::uint32_t index = 0;
    for (const MutableNode* child = node.first; child != nullptr; child = child->next) {
        std::string_view key = child->key;
        if (node.type == Type::array) {
            const auto end = std::to_chars(digits, digits + sizeof digits, index++).ptr;
            key            = std::string_view(digits, static_cast<std::size_t>(end - digits));
        }
        write_key(out, child->type, key);
        if (child->open) {
            write_elements(out, *child);
        } else {
            const auto bytes = child->value.bytes();
            out.insert(out.end(), bytes.begin(), bytes.end());
        }
    }
    out.push_back(0);
    const auto size = static_cast<std::uint32_t>(out.size() - start);
    std::memcpy(out.data() + start, &size, 4);
}

}  // namespace

MutableDocument::MutableDocument(bson::View source) {
    MutableNode& root = nodes_.emplace_back();
    root.type         = Type::document;
    root.value        = bson::ValueRef(Type::document, source.data(), source.size());
}

void MutableDocument::open(MutableNode& node) {
    if (node.open || !is_container(node.type)) return;
    node.open = true;
    for (const auto& element : node.value.as_view()) append(node, make(element.key, element.value));
}

MutableNode* MutableDocument::child(MutableNode& parent, std::string_view key) {
    open(parent);
    for (MutableNode* at = parent.first; at != nullptr; at = at->next) {
        if (at->key == key) return at;
    }
    return nullptr;
}

MutableNode* MutableDocument::child(MutableNode& parent, std::size_t index) {
    open(parent);
    MutableNode* at = parent.first;
    for (; at != nullptr && index != 0; --index) at = at->next;
    return at;
}

std::size_t MutableDocument::count(MutableNode& parent) {
    open(parent);
    std::size_t n = 0;
    for (const MutableNode* at = parent.first; at != nullptr; at = at->next) ++n;
    return n;
}

MutableNode& MutableDocument::make(std::string_view key, bson::ValueRef value) {
    MutableNode& node = nodes_.emplace_back();
    node.key          = key;
    node.value        = value;
    node.type         = value.type();
    return node;
}

MutableNode& MutableDocument::make_empty(std::string_view key, Type type) {
    MutableNode& node = nodes_.emplace_back();
    node.key          = key;
    node.type         = type;
    node.open         = true;
    return node;
}

void MutableDocument::append(MutableNode& parent, MutableNode& node) { insert(parent, nullptr, node); }

void MutableDocument::insert(MutableNode& parent, MutableNode* before, MutableNode& node) {
    open(parent);
    node.parent   = &parent;
    node.next     = before;
    node.previous = before == nullptr ? parent.last : before->previous;
    (node.previous == nullptr ? parent.first : node.previous->next) = &node;
    (before == nullptr ? parent.last : before->previous)            = &node;
}

void MutableDocument::remove(MutableNode& node) {
    MutableNode& parent = *node.parent;
    (node.previous == nullptr ? parent.first : node.previous->next) = node.next;
    (node.next == nullptr ? parent.last : node.next->previous)      = node.previous;
    node.parent = node.next = node.previous = nullptr;
}

void MutableDocument::set(MutableNode& node, bson::ValueRef value) {
    node.value = value;
    node.type  = value.type();
    node.open  = false;
    node.first = node.last = nullptr;
}

void MutableDocument::relink(MutableNode& array, const std::vector<MutableNode*>& order) {
    array.first = array.last = nullptr;
    for (MutableNode* node : order) append(array, *node);
}

bson::ValueRef MutableDocument::value(const MutableNode& node) {
    if (!node.open) return node.value;
    std::vector<std::uint8_t> bytes;
    write_elements(bytes, node);
    const auto document = bson::Document::trusted(std::move(bytes));
    return keep(bson::Value(bson::ValueRef(node.type, document.view().data(), document.size())));
}

void MutableDocument::write(std::vector<std::uint8_t>& out) const {
    out.clear();
    const MutableNode& root = nodes_.front();
    if (root.open) {
        write_elements(out, root);
    } else {
        const auto bytes = root.value.bytes();
        out.assign(bytes.begin(), bytes.end());
    }
}

std::size_t nesting(bson::ValueRef value) noexcept {
    if (!is_container(value.type())) return 0;
    std::size_t deepest = 0;
    for (const auto& element : value.as_view()) deepest = std::max(deepest, nesting(element.value));
    return deepest + 1;
}

}  // namespace tenon::mql
