#include "mql/path.hpp"

#include <charconv>

namespace tenon::mql {

FieldPath::FieldPath(std::string_view dotted) : text_(dotted) {
    if (dotted.empty()) return;
    for (std::size_t at = 0;;) {
        const std::size_t dot = dotted.find('.', at);
        if (dot == std::string_view::npos) break;
        ends_.push_back(static_cast<std::uint32_t>(dot));
        at = dot + 1;
    }
    ends_.push_back(static_cast<std::uint32_t>(dotted.size()));
}

bool FieldPath::contains(const FieldPath& other) const noexcept {
    if (other.text_.size() < text_.size() || other.text_.compare(0, text_.size(), text_) != 0) return false;
    return other.text_.size() == text_.size() || text_.empty() || other.text_[text_.size()] == '.';
}

bool FieldPath::overlaps(const FieldPath& other) const noexcept { return contains(other) || other.contains(*this); }

bool is_all_digits(std::string_view part) noexcept {
    for (const char c : part) {
        if (c < '0' || c > '9') return false;
    }
    return true;
}

std::optional<std::uint32_t> array_index(std::string_view part) noexcept {
    if (part.empty() || !is_all_digits(part) || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    std::uint32_t index       = 0;
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (problem != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    return index;
}

bson::ValueRef lookup_documents(bson::View document, const FieldPath& path) noexcept {
    bson::ValueRef value;
    for (std::size_t part = 0; part < path.size(); ++part) {
        if (part > 0) {
            if (value.type() != bson::Type::document) return {};
            document = value.as_view();
        }
        value = document[path[part]];
        if (value.missing()) return {};
    }
    return value;
}

}  // namespace tenon::mql
