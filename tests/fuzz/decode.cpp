// Any bytes: View::validate refuses them, or everything that reads a View is safe on them and agrees with itself.
#include <cstdlib>
#include <numeric>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/document.hpp>
#include <tenon/bson/utf8.hpp>

using namespace tenon::bson;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::uint64_t sum(std::span<const std::uint8_t> bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

std::uint64_t sum(std::string_view text) {
    require(valid_utf8(text));
    return sum(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// Touches every byte that a reader hands out.
std::uint64_t read_all(View document, std::size_t depth) {
    require(depth <= max_depth);
    std::uint64_t total = 0;
    for (const Element& element : document) {
        const ValueRef value = element.value;
        total += sum(element.key) + sum(value.bytes()) + hash(value);
        require(equal(value, value));
        require(document[element.key].type() != Type::missing);
        total += value.truthy() ? 1U : 0U;
        if (value.is_number()) total += value.to_int64().has_value() ? 1U : value.to_double().has_value();
        switch (value.type()) {
            case Type::string:
            case Type::symbol: total += sum(value.as_string()); break;
            case Type::code: total += sum(value.code_source()); break;
            case Type::document:
            case Type::array: total += read_all(value.as_view(), depth + 1); break;
            case Type::code_scope: total += sum(value.code_source()) + read_all(value.code_scope(), depth + 1); break;
            case Type::binary: total += sum(value.binary_bytes()) + value.binary_subtype(); break;
            case Type::regex: total += sum(value.regex_pattern()) + sum(value.regex_options()); break;
            default: break;
        }
    }
    return total;
}

void rebuild_is_equal(View document) {
    Builder by_element;
    for (const Element& element : document) by_element.append(element.key, element.value);
    const auto built = by_element.finish();
    require(built.has_value() && built->view() == document);

    Builder at_once;
    at_once.append_all(document);
    const auto copied = at_once.finish();
    require(copied.has_value() && copied->view() == document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes(data, size);
    const auto      view = View::validate(bytes);
    if (!view) {
        require(view.error().code == tenon::Errc::decode && !view.error().message.empty());
        // Without the check of UTF-8 more passes, but never less safely.
        static_cast<void>(View::validate(bytes, {.utf8 = false}));
        return 0;
    }
    static_cast<void>(View::validate(bytes, {.duplicate_keys = false}));
    require(read_all(*view, 1) != 1);
    require(compare(*view, *view) == 0);
    rebuild_is_equal(*view);
    return 0;
}
