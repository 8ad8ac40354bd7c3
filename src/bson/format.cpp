#include <tenon/bson/format.hpp>

#include <tenon/bson/json.hpp>

namespace tenon::bson::detail {

std::string printed(const ObjectId& value) { return value.to_string(); }
std::string printed(DateTime value) { return value.to_string(); }
std::string printed(const Decimal128& value) { return value.to_string(); }
std::string printed(const Uuid& value) { return value.to_string(); }
std::string printed(const Binary& value) { return to_json(Value(value).ref()); }
std::string printed(const Regex& value) { return "/" + value.pattern + "/" + value.options; }
std::string printed(const Code& value) { return value.source; }
std::string printed(Timestamp value) {
    return "Timestamp(" + std::to_string(value.seconds) + ", " + std::to_string(value.increment) + ")";
}
std::string printed(MinKey) { return "MinKey"; }
std::string printed(MaxKey) { return "MaxKey"; }
std::string printed(Null) { return "null"; }
std::string printed(Type type) { return std::string(name(type)); }
std::string printed(View value, bool canonical) {
    return to_json(value, canonical ? JsonMode::canonical : JsonMode::relaxed);
}
std::string printed(ValueRef value, bool canonical) {
    if (value.missing()) return "missing";  // Extended JSON has no word for it
    return to_json(value, canonical ? JsonMode::canonical : JsonMode::relaxed);
}

}  // namespace tenon::bson::detail
