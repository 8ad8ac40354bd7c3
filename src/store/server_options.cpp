#include <tenon/store/server_options.hpp>

namespace tenon {

ServerOptions ServerOptions::or_else(const ServerOptions& other) const {
    ServerOptions out = *this;
    if (!out.read_preference) out.read_preference = other.read_preference;
    if (!out.read_concern) out.read_concern = other.read_concern;
    if (!out.write_concern) out.write_concern = other.write_concern;
    if (!out.timeout) out.timeout = other.timeout;
    if (out.comment.empty()) out.comment = other.comment;
    if (out.collation.empty()) out.collation = other.collation;
    if (out.batch_size == 0) out.batch_size = other.batch_size;
    if (!out.allow_disk_use) out.allow_disk_use = other.allow_disk_use;
    if (!out.retry) out.retry = other.retry;
    return out;
}

}  // namespace tenon
