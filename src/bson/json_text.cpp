#include "bson/json_text.hpp"

#include <algorithm>

namespace tenon::bson::detail {

std::string sorted_options(std::string_view options) {
    std::string sorted(options);
    // Sorting bytes would tear longer characters apart; no known option is one.
    if (std::all_of(sorted.begin(), sorted.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        std::sort(sorted.begin(), sorted.end());
    }
    return sorted;
}

}  // namespace tenon::bson::detail
