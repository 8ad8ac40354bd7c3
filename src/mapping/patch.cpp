#include <tenon/mapping/patch.hpp>

namespace tenon::mapping::detail {

void PatchWriter::add(std::string_view name, Result<bson::Value> value, bool emptied) {
    if (error_) return;
    if (!value) {
        error_ = std::move(value.error());
        // The value was written under a key of its own; the path begins with the field's name instead.
        const std::size_t dot = error_->path.find('.');
        error_->path          = std::string(name) + (dot == std::string::npos ? std::string() : error_->path.substr(dot));
        error_->where         = error_->path;
        return;
    }
    if (emptied) {
        unset_.append(name, "");
        unsets_ = true;
    } else {
        set_.append(name, value->ref());
        sets_ = true;
    }
}

Result<bson::Document> PatchWriter::finish() {
    if (error_) return fail(std::move(*error_));
    bson::Builder out;
    if (sets_) {
        auto set = set_.finish();
        if (!set) return set;
        out.append("$set", *set);
    }
    if (unsets_) out.append("$unset", unset_.take());
    return out.finish();
}

}  // namespace tenon::mapping::detail
