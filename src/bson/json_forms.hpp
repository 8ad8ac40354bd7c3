#pragma once
// The values behind the keys of the `$` forms of Extended JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/view.hpp>

#include "bson/json_scanner.hpp"

namespace tenon::bson::detail {

enum class JsonForm : std::uint8_t {
    none, oid, symbol, number_int, number_long, number_double, number_decimal, binary, uuid, code, timestamp,
    regular_expression, db_pointer, date, min_key, max_key, undefined,
};

/// The form a key stands for; none for any other key.
[[nodiscard]] JsonForm form_of(std::string_view key) noexcept;

/// Reads what stands behind a form's key as a BSON payload. The payload lies in a buffer that the next one reuses.
class JsonFormReader {
public:
    explicit JsonFormReader(JsonScanner& in) noexcept : in_(in) {}

    /// Any form but `code`, which may go on with a scope. Missing after a mistake, which the scanner then holds.
    [[nodiscard]] ValueRef read(JsonForm form);
    /// The string behind `$code`, as the payload of a code; missing after a mistake.
    [[nodiscard]] ValueRef code();

private:
    using Text = std::optional<std::string_view>;

    bool payload_of(JsonForm form);
    bool object_id();
    bool text();
    bool int32();
    bool int64(const char* rule);
    bool float64();
    bool decimal();
    bool binary();
    bool uuid();
    bool timestamp();
    bool regular_expression();
    bool db_pointer();
    bool date();
    bool one(const char* rule);

    template <class Read>
    bool two_fields(std::string_view first, std::string_view second, const char* rule, Read read);
    bool only_key(std::string_view wanted);
    bool end();

    template <class T>
    bool append(const T& value);
    bool append_text(std::string_view text);
    bool append_binary(const std::uint8_t* bytes, std::size_t size, std::uint8_t subtype);

    JsonScanner&              in_;
    std::string               held_{};  // the last string with escapes
    std::vector<std::uint8_t> payload_{};
};

}  // namespace tenon::bson::detail
