#include <tenon/query/clause.hpp>
#include <tenon/query/format.hpp>

#include <tenon/bson/json.hpp>

namespace tenon::query {

Clause::Clause(Error error) : error_(std::make_shared<const Error>(std::move(error))) {}

Result<bson::Document> Clause::checked() const {
    if (error_) return fail(*error_);
    return document_;
}

std::string Clause::to_json() const {
    if (error_) return "(invalid: " + error_->message + ")";
    return bson::to_json(document_.view());
}

std::string UpdateBase::to_json() const {
    std::string out = Clause::to_json();
    if (error() != nullptr || array_filters_.empty()) return out;
    out += " with array filters [";
    for (const auto& filter : array_filters_) {
        if (out.back() != '[') out += ", ";
        out += bson::to_json(filter.view());
    }
    return out + "]";
}

namespace detail {
std::string printed(const Clause& clause) { return clause.to_json(); }
std::string printed(const UpdateBase& update) { return update.to_json(); }
}  // namespace detail

}  // namespace tenon::query
