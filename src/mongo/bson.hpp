#pragma once
// Our bytes as the driver's bson_t and back: neither way copies a document.

#include <cstdint>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// A document of ours as the driver takes it. Borrows.
class Borrowed {
public:
    explicit Borrowed(bson::View view) noexcept { bson_init_static(&bson_, view.data(), view.size()); }
    [[nodiscard]] const bson_t* get() const noexcept { return &bson_; }

private:
    bson_t bson_{};
};

/// Many of them, as the driver takes a list.
class BorrowedList {
public:
    explicit BorrowedList(std::size_t capacity) : pointers_(new const bson_t*[capacity]) { documents_.reserve(capacity); }
    BorrowedList(const BorrowedList&)            = delete;
    BorrowedList& operator=(const BorrowedList&) = delete;
    ~BorrowedList() { delete[] pointers_; }

    /// At most `capacity` times: the pointers are into the list.
    void push(bson::View document) {
        const std::size_t at = documents_.size();
        pointers_[at]        = documents_.emplace_back(document).get();
    }
    [[nodiscard]] const bson_t** get() const noexcept { return pointers_; }

private:
    std::vector<Borrowed> documents_{};
    const bson_t**        pointers_;  // a vector of them would drop bson_t's alignment, with a warning
};

/// A document that the driver builds or fills: a command, options, a reply. On the stack while it is small.
class Bson {
public:
    Bson() noexcept { bson_init(&bson_); }
    Bson(const Bson&)            = delete;
    Bson& operator=(const Bson&) = delete;
    ~Bson() { bson_destroy(&bson_); }

    [[nodiscard]] bson_t*       get() noexcept { return &bson_; }
    [[nodiscard]] const bson_t* get() const noexcept { return &bson_; }
    [[nodiscard]] bool empty() const noexcept { return bson_empty(&bson_); }

    Bson& add(std::string_view key, std::string_view value) {
        bson_append_utf8(&bson_, key.data(), length(key), value.data(), length(value));
        return *this;
    }
    Bson& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
    Bson& add(std::string_view key, bool value) {
        bson_append_bool(&bson_, key.data(), length(key), value);
        return *this;
    }
    Bson& add(std::string_view key, std::int32_t value) {
        bson_append_int32(&bson_, key.data(), length(key), value);
        return *this;
    }
    Bson& add(std::string_view key, std::int64_t value) {
        bson_append_int64(&bson_, key.data(), length(key), value);
        return *this;
    }
    Bson& add(std::string_view key, bson::View document) {
        bson_append_document(&bson_, key.data(), length(key), Borrowed(document).get());
        return *this;
    }
    Bson& add(std::string_view key, const bson::Document& document) { return add(key, document.view()); }
    Bson& add(std::string_view key, const Bson& document) {
        bson_append_document(&bson_, key.data(), length(key), document.get());
        return *this;
    }
    Bson& add_array(std::string_view key, const Bson& elements) {
        bson_append_array(&bson_, key.data(), length(key), elements.get());
        return *this;
    }
    Bson& add_array(std::string_view key, const std::vector<bson::Document>& documents) {
        // Beside and then in: the call that opens an array in place is another one in 2.x.
        Bson          elements;
        std::uint32_t i = 0;
        for (const auto& document : documents) push(elements.bson_, i++, document);
        return add_array(key, elements);
    }
    /// Appends to an array under its next index.
    static void push(bson_t& array, std::uint32_t index, bson::View document) {
        char        text[16];
        const char* key = nullptr;
        const auto  n   = bson_uint32_to_string(index, &key, text, sizeof text);
        bson_append_document(&array, key, static_cast<int>(n), Borrowed(document).get());
    }

private:
    static int length(std::string_view text) noexcept { return static_cast<int>(text.size()); }
    bson_t bson_;
};

/// What the server sent, to be read in place. Its structure is checked here, once: everything behind this point trusts lengths and types.
/// @errors corrupt.
[[nodiscard]] inline Result<bson::View> received(const bson_t& document) {
    // What a string holds is looked at by who decodes it; of a deep document it is enough that it ends.
    constexpr bson::ValidateOptions structure{.utf8 = false, .max_depth = 2 * bson::max_depth};
    if (auto view = bson::View::validate({bson_get_data(&document), document.len}, structure)) return *view;
    return fail(Errc::corrupt, "the server sent bytes that are no BSON");
}

}  // namespace tenon::mongo
