#include <tenon/result.hpp>

namespace tenon {

std::string_view to_string(Errc code) noexcept {
    switch (code) {
        case Errc::duplicate_key:    return "duplicate_key";
        case Errc::version_conflict: return "version_conflict";
        case Errc::validation:       return "validation";
        case Errc::decode:           return "decode";
        case Errc::encode:           return "encode";
        case Errc::not_found:        return "not_found";
        case Errc::tenant_violation: return "tenant_violation";
        case Errc::quota_exceeded:   return "quota_exceeded";
        case Errc::transient:        return "transient";
        case Errc::timeout:          return "timeout";
        case Errc::network:          return "network";
        case Errc::auth:             return "auth";
        case Errc::unsupported:      return "unsupported";
        case Errc::invalid_argument: return "invalid_argument";
        case Errc::io:               return "io";
        case Errc::corrupt:          return "corrupt";
        case Errc::cancelled:        return "cancelled";
    }
    return "unknown";
}

std::string Error::to_string() const {
    if (where.empty()) return message;
    return where + ": " + message;
}

}  // namespace tenon
