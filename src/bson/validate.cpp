#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <tenon/bson/utf8.hpp>
#include <tenon/bson/view.hpp>

// One pass over untrusted bytes. Every read is behind a check that it lies before the terminator of the document it
// stands in; that terminator is known to be zero, so that a search for a NUL always ends.
namespace tenon::bson {

namespace {

/// A document being read: where its terminator stands, and the key it has in the one around it.
struct Level {
    const std::uint8_t* end = nullptr;
    const std::uint8_t* key = nullptr;
};

/// The documents around the one being read. Those of usual documents are kept in place: no document read costs an allocation.
class Levels {
public:
    void push(const Level& level) {
        if (size_ < near_.size()) near_[size_] = level;
        else far_.push_back(level);
        ++size_;
    }
    Level pop() {
        if (--size_ < near_.size()) return near_[size_];
        const Level level = far_.back();
        far_.pop_back();
        return level;
    }
    [[nodiscard]] const Level& operator[](std::size_t i) const noexcept { return i < near_.size() ? near_[i] : far_[i - near_.size()]; }
    [[nodiscard]] std::size_t  size() const noexcept { return size_; }
    [[nodiscard]] bool         empty() const noexcept { return size_ == 0; }

private:
    std::array<Level, 8> near_{};
    std::vector<Level>   far_{};
    std::size_t          size_ = 0;
};

class Validator {
public:
    Validator(std::span<const std::uint8_t> bytes, const ValidateOptions& options) : bytes_(bytes), options_(options) {}

    [[nodiscard]] Result<View> run() {
        if (!document()) {
            Error error;
            error.code    = Errc::decode;
            error.message = what_;
            error.path    = path();
            return fail(std::move(error));
        }
        return View(bytes_.data());
    }

private:
    bool wrong(const char* what) noexcept {
        what_ = what;
        return false;
    }

    [[nodiscard]] std::size_t left(const std::uint8_t* at) const noexcept { return static_cast<std::size_t>(level_.end - at); }

    bool document();
    bool element();
    bool enter(std::size_t room);
    bool string(std::size_t room);
    bool binary();
    bool regex();
    bool code_scope();
    bool cstring();
    [[nodiscard]] bool text(const std::uint8_t* at, std::size_t size) const noexcept {
        return !options_.utf8 || valid_utf8(reinterpret_cast<const char*>(at), size);
    }
    [[nodiscard]] std::string path() const;

    std::span<const std::uint8_t> bytes_;
    ValidateOptions               options_;
    const std::uint8_t*           at_  = nullptr;
    const std::uint8_t*           key_ = nullptr;  // of the element being read
    Level                         level_{};
    Levels                        outer_{};
    const char*                   what_ = "";
};

bool Validator::document() {
    if (bytes_.size() < 5) return wrong("the bytes end before the shortest document does");
    const auto length = detail::load<std::uint32_t>(bytes_.data());
    if (length > bytes_.size()) return wrong("the bytes end before the document's own length");
    if (length < bytes_.size()) return wrong("bytes follow behind the document's own length");
    if (bytes_.back() != 0) return wrong("the document has no terminator");
    if (options_.max_depth == 0) return wrong("documents are nested too deep");
    level_.end = bytes_.data() + length - 1;
    at_        = bytes_.data() + 4;
    for (;;) {
        if (at_ != level_.end) {
            if (!element()) return false;
            continue;
        }
        if (outer_.empty()) return true;
        ++at_;  // the terminator
        level_ = outer_.pop();
    }
}

bool Validator::element() {
    key_ = nullptr;
    const auto type = *at_;
    if (type == 0) return wrong("the document's terminator stands before its length is reached");
    key_ = at_ + 1;
    const std::size_t key = std::strlen(reinterpret_cast<const char*>(key_));
    if (key >= left(key_)) {
        key_ = nullptr;
        return wrong("a key has no terminator");
    }
    if (!text(key_, key)) return wrong("the key is not valid UTF-8");
    at_ = key_ + key + 1;
    const std::size_t room = left(at_);
    switch (static_cast<Type>(type)) {
        case Type::document:
        case Type::array: return enter(room);
        case Type::string:
        case Type::code:
        case Type::symbol: return string(room);
        case Type::db_pointer:
            if (room < 12) return wrong("the value ends behind its document");
            if (!string(room - 12)) return false;
            at_ += 12;
            return true;
        case Type::binary: return binary();
        case Type::regex: return regex();
        case Type::code_scope: return code_scope();
        case Type::boolean:
            if (room < 1) return wrong("the value ends behind its document");
            if (*at_ > 1) return wrong("a boolean is neither 0 nor 1");
            ++at_;
            return true;
        default: break;
    }
    if (!is_known(type)) return wrong("the element's type byte is none of BSON's");
    const std::size_t size = detail::payload_sizes[type];
    if (room < size) return wrong("the value ends behind its document");
    at_ += size;
    return true;
}

bool Validator::enter(std::size_t room) {
    if (room < 5) return wrong("the value ends behind its document");
    const auto length = detail::load<std::uint32_t>(at_);
    if (length < 5) return wrong("a document's length is below the shortest document's");
    if (length > room) return wrong("a document's length reaches behind the document around it");
    if (at_[length - 1] != 0) return wrong("the document has no terminator");
    if (outer_.size() + 1 >= options_.max_depth) return wrong("documents are nested too deep");
    outer_.push(level_);
    level_ = {at_ + length - 1, key_};
    at_ += 4;
    return true;
}

bool Validator::string(std::size_t room) {
    if (room < 5) return wrong("the value ends behind its document");
    const auto length = detail::load<std::uint32_t>(at_);
    if (length == 0) return wrong("a string's length is zero; it counts the terminator");
    if (length > room - 4) return wrong("a string's length reaches behind its document");
    if (at_[3 + length] != 0) return wrong("a string has no terminator");
    if (!text(at_ + 4, length - 1)) return wrong("a string is not valid UTF-8");
    at_ += 4 + length;
    return true;
}

bool Validator::binary() {
    const std::size_t room = left(at_);
    if (room < 5) return wrong("the value ends behind its document");
    const auto length = detail::load<std::uint32_t>(at_);
    if (length > room - 5) return wrong("a binary's length reaches behind its document");
    if (at_[4] == 2) {
        if (length < 4 || detail::load<std::uint32_t>(at_ + 5) != length - 4) {
            return wrong("a binary of subtype 2 disagrees with its inner length");
        }
    }
    at_ += 5 + length;
    return true;
}

bool Validator::cstring() {
    const std::size_t size = std::strlen(reinterpret_cast<const char*>(at_));
    if (size >= left(at_)) return wrong("a regular expression has no terminator");
    if (!text(at_, size)) return wrong("a regular expression is not valid UTF-8");
    at_ += size + 1;
    return true;
}

bool Validator::regex() {
    // A pattern may end right before the document does; then there is no room for the options, not even empty ones.
    return cstring() && (at_ != level_.end || wrong("a regular expression has no terminator")) && cstring();
}

bool Validator::code_scope() {
    const std::size_t room = left(at_);
    if (room < 14) return wrong("the value ends behind its document");  // lengths, an empty source, an empty scope
    const auto length = detail::load<std::uint32_t>(at_);
    if (length < 14 || length > room) return wrong("a code with scope has a wrong length");
    const std::uint8_t* end = at_ + length;
    at_ += 4;
    if (!string(length - 4)) return false;
    const auto scope = static_cast<std::size_t>(end - at_);
    if (scope < 5 || detail::load<std::uint32_t>(at_) != scope) return wrong("a scope's length is not what its code leaves");
    return enter(scope);
}

std::string Validator::path() const {
    std::string path;
    const auto  add = [&path](const std::uint8_t* key) {
        if (key == nullptr) return;
        const std::string_view name(reinterpret_cast<const char*>(key));
        if (!path.empty()) path += '.';
        // The message is printed, so a key that is not UTF-8 is left to its place.
        path += valid_utf8(name) ? name : std::string_view("?");
    };
    for (std::size_t i = 0; i < outer_.size(); ++i) add(outer_[i].key);
    add(level_.key);
    add(key_);
    return path;
}

/// The path of a key that stands twice in its document, or empty. The bytes are valid by now.
struct Duplicate {
    bool        found = false;
    std::string path{};
};
Duplicate find_duplicate(View root) {
    struct Task {
        View        view;
        std::string path;
        bool        is_array;
    };
    std::vector<Task>             tasks{{root, {}, false}};
    std::vector<std::string_view> keys;
    while (!tasks.empty()) {
        const Task task = std::move(tasks.back());
        tasks.pop_back();
        keys.clear();
        const auto join = [&task](std::string_view key) {
            return task.path.empty() ? std::string(key) : task.path + "." + std::string(key);
        };
        for (const Element& element : task.view) {
            keys.push_back(element.key);
            const Type type = element.value.type();
            if (type == Type::document || type == Type::array) {
                tasks.push_back({element.value.as_view(), join(element.key), type == Type::array});
            } else if (type == Type::code_scope) {
                tasks.push_back({element.value.code_scope(), join(element.key), false});
            }
        }
        if (task.is_array) continue;  // its keys are positions, and nothing reads them
        std::sort(keys.begin(), keys.end());
        if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end()) return {true, join(*twice)};
    }
    return {};
}

}  // namespace

Result<View> View::validate(std::span<const std::uint8_t> bytes, ValidateOptions options) {
    auto view = Validator(bytes, options).run();
    if (view && !options.duplicate_keys) {
        if (auto duplicate = find_duplicate(*view); duplicate.found) {
            return fail(Errc::decode, "the key stands twice in its document", std::move(duplicate.path));
        }
    }
    return view;
}

}  // namespace tenon::bson
