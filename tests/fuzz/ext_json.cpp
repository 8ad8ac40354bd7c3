// Any text: from_json refuses it, or the document is valid BSON that canonical JSON carries byte for byte.
#include <cstdlib>
#include <string>
#include <string_view>

#include <tenon/bson/json.hpp>

using namespace tenon::bson;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto read = from_json(text);
    if (!read) {
        require(read.error().code == tenon::Errc::invalid_argument && !read.error().message.empty());
    } else {
        require(View::validate(read->view().bytes()).has_value());
        const auto again = from_json(to_json(*read, JsonMode::canonical));
        require(again.has_value() && *again == *read);
        // Relaxed JSON loses the width of numbers, but what it prints reads back as itself.
        const std::string relaxed      = to_json(*read);
        const auto        from_relaxed = from_json(relaxed);
        require(from_relaxed.has_value() && to_json(*from_relaxed) == relaxed);
    }

    // A document nested to the last level fits no deeper as a value; all else that from_json takes does.
    if (const auto value = value_from_json(text)) {
        const auto same = value_from_json(to_json(value->ref(), JsonMode::canonical));
        require(same.has_value() && *same == *value);
    }

    // The same bytes as a decimal: what parses prints, and its text is the same number.
    if (const auto decimal = Decimal128::parse(text)) {
        const auto same = Decimal128::parse(decimal->to_string());
        require(same.has_value() && *same == *decimal);
    }
    return 0;
}
