#pragma once
// The document an update works on: its elements as linked nodes, opened only where a path leads, the rest copied as it stands.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

/// An element of a document under update. A closed node holds its value as bytes; an open one (a document or an array
/// that a path went through) holds its elements. Nodes stay where they are until their document ends.
struct MutableNode {
    std::string_view key{};    ///< without meaning below an array: writing numbers them
    bson::ValueRef   value{};  ///< of a closed node
    bson::Type       type = bson::Type::missing;
    bool             open = false;
    MutableNode*     parent   = nullptr;
    MutableNode*     first    = nullptr;
    MutableNode*     last     = nullptr;
    MutableNode*     next     = nullptr;
    MutableNode*     previous = nullptr;
};

/// Owns the nodes, and the values and keys made on the way. Borrows the bytes it was made from and those it is given.
class MutableDocument {
public:
    explicit MutableDocument(bson::View source);
    MutableDocument(const MutableDocument&)            = delete;
    MutableDocument& operator=(const MutableDocument&) = delete;

    [[nodiscard]] MutableNode* root() noexcept { return &nodes_.front(); }

    /// The element of a document, or null.
    [[nodiscard]] MutableNode* child(MutableNode& parent, std::string_view key);
    /// The element of an array, or null.
    [[nodiscard]] MutableNode* child(MutableNode& parent, std::size_t index);
    /// Number of elements.
    [[nodiscard]] std::size_t count(MutableNode& parent);
    /// Makes the elements of a document or array nodes.
    void open(MutableNode& node);

    /// A new element, not yet in the tree: with a value, or an open and empty document or array.
    [[nodiscard]] MutableNode& make(std::string_view key, bson::ValueRef value);
    [[nodiscard]] MutableNode& make_empty(std::string_view key, bson::Type type);
    void append(MutableNode& parent, MutableNode& node);
    /// Before `before`; at the end when it is null.
    void insert(MutableNode& parent, MutableNode* before, MutableNode& node);
    void remove(MutableNode& node);
    /// Replaces what the element holds; its key and place stay.
    void set(MutableNode& node, bson::ValueRef value);
    /// Makes the elements of an opened array those given, in this order.
    void relink(MutableNode& array, const std::vector<MutableNode*>& order);

    /// What an element holds now, as bytes that live as long as this document.
    [[nodiscard]] bson::ValueRef value(const MutableNode& node);
    /// Keeps a value, or a key, alive as long as this document.
    [[nodiscard]] bson::ValueRef keep(bson::Value value) { return kept_.emplace_back(std::move(value)).ref(); }
    [[nodiscard]] std::string_view keep_key(std::string key) { return keys_.emplace_back(std::move(key)); }

    /// Writes the document into an emptied buffer.
    void write(std::vector<std::uint8_t>& out) const;

private:
    std::deque<MutableNode> nodes_{};
    std::deque<bson::Value> kept_{};
    std::deque<std::string> keys_{};
};

/// How deep documents and arrays nest in a value: 0 for a scalar.
[[nodiscard]] std::size_t nesting(bson::ValueRef value) noexcept;

}  // namespace tenon::mql
