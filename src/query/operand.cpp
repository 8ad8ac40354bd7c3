#include <tenon/query/operand.hpp>

#include <limits>

namespace tenon::query {

namespace {
Error unfit(const char* what) {
    Error error;
    error.code    = Errc::invalid_argument;
    error.message = what;
    return error;
}
}  // namespace

Operand::Operand(bson::Value value) : value_(std::move(value)) {
    if (value_.missing()) error_ = std::make_shared<const Error>(unfit("a missing value has no type; use exists(false) or unset"));
}

Operand::Operand(Result<bson::Value> value) {
    if (value) {
        value_ = std::move(*value);
    } else {
        error_ = std::make_shared<const Error>(std::move(value.error()));
    }
}

Operand::Operand(Error error) : error_(std::make_shared<const Error>(std::move(error))) {}

Operand Operand::null() { return Operand(bson::Value(bson::Null{})); }
Operand Operand::empty() {
    Operand made = null();
    made.empty_  = true;
    return made;
}
Operand Operand::int32(std::int32_t value) { return Operand(bson::Value(value)); }
Operand Operand::int64(std::int64_t value) { return Operand(bson::Value(value)); }
Operand Operand::uint64(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return Operand(unfit("the value is above the range of int64_t, the widest integer of BSON"));
    }
    return int64(static_cast<std::int64_t>(value));
}
Operand Operand::float64(double value) { return Operand(bson::Value(value)); }
Operand Operand::boolean(bool value) { return Operand(bson::Value(value)); }
Operand Operand::date(bson::DateTime value) { return Operand(bson::Value(value)); }

Operand Operand::string(std::string_view value) {
    bson::Builder b;
    b.append("v", value);
    return built(b.finish());
}

Operand Operand::built(Result<bson::Document> document) {
    if (!document) return Operand(std::move(document.error()));
    return Operand(bson::Value((*document)["v"]));
}

Operand Operand::behind(bson::DateTime earlier) && {
    if (error_ || value_.type() != bson::Type::datetime) return std::move(*this);
    value_         = bson::Value(earlier);
    between_dates_ = true;
    return std::move(*this);
}

Operand Operand::within(std::int64_t low, std::int64_t high) && {
    if (error_) return std::move(*this);
    const auto number = value_.ref().to_int64();
    if (number && *number >= low && *number <= high) return std::move(*this);
    return Operand(unfit("the value is outside the range of the field's member"));
}

}  // namespace tenon::query
