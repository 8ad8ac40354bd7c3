#include <tenon/bson/type.hpp>

namespace tenon::bson {

std::string_view name(Type type) noexcept {
    switch (type) {
        case Type::missing:    return "missing";
        case Type::float64:    return "double";
        case Type::string:     return "string";
        case Type::document:   return "object";
        case Type::array:      return "array";
        case Type::binary:     return "binData";
        case Type::undefined:  return "undefined";
        case Type::object_id:  return "objectId";
        case Type::boolean:    return "bool";
        case Type::datetime:   return "date";
        case Type::null:       return "null";
        case Type::regex:      return "regex";
        case Type::db_pointer: return "dbPointer";
        case Type::code:       return "javascript";
        case Type::symbol:     return "symbol";
        case Type::code_scope: return "javascriptWithScope";
        case Type::int32:      return "int";
        case Type::timestamp:  return "timestamp";
        case Type::int64:      return "long";
        case Type::decimal128: return "decimal";
        case Type::max_key:    return "maxKey";
        case Type::min_key:    return "minKey";
    }
    return "unknown";
}

bool is_known(std::uint8_t byte) noexcept {
    return (byte >= 0x01 && byte <= 0x13) || byte == 0x7F || byte == 0xFF;
}

}  // namespace tenon::bson
