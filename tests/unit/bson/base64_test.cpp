#include "bson/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tenon::bson::detail;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("base64 is that of RFC 4648 in both of its forms, both ways") {
    struct Row {
        std::string_view bytes;
        std::string_view padded;
        std::string_view url;
    };
    const Row rows[] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xFB\xEF\xFF", "++//", "--__"},
        {"\xFF\xFE", "//4=", "__4"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.padded);
        for (const auto form : {Base64::padded, Base64::url}) {
            const auto               wanted = form == Base64::padded ? row.padded : row.url;
            std::string              text   = "before";
            std::vector<std::uint8_t> bytes  = bytes_of("before");
            append_base64(bytes_of(row.bytes), text, form);
            CHECK(text == "before" + std::string(wanted));
            CHECK(read_base64(wanted, bytes, form));
            CHECK(bytes == bytes_of("before" + std::string(row.bytes)));
        }
    }
}

TEST_CASE("a text that base64 would not write is refused, so that one value has one text") {
    struct Row {
        std::string_view text;
        Base64           form;
    };
    const Row rows[] = {
        {"Zg", Base64::padded},    {"Zg=", Base64::padded},      {"Zh==", Base64::padded},     {"Zm9=", Base64::padded}, {"Z===", Base64::padded},
        {"====", Base64::padded},  {"=", Base64::padded},        {"Zg==Zg==", Base64::padded}, {"Zm9v=", Base64::padded},
        {"Zm9v====", Base64::padded}, {"Zm 9", Base64::padded}, {"Zm9v\n", Base64::padded},   {"--__", Base64::padded}, {"Zm9\xC3", Base64::padded},
        {"Zg==", Base64::url},     {"Zh", Base64::url},          {"Zm9", Base64::url},         {"Z", Base64::url},       {"++//", Base64::url},
        {"Zm9vY", Base64::url},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        std::vector<std::uint8_t> bytes;
        CHECK_FALSE(read_base64(row.text, bytes, row.form));
    }
}
