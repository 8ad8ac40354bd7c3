#include <tenon/store/causal_session.hpp>

#include <tenon/bson/compare.hpp>
#include <tenon/store/store.hpp>

namespace tenon {

CausalSession::CausalSession() : order_(std::make_shared<CausalOrder>()) {}

CausalOrder::Seen CausalOrder::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

void CausalOrder::saw(const Seen& now) {
    const std::lock_guard lock(mutex_);
    if (now.operation_time && (!seen_.operation_time || *seen_.operation_time < *now.operation_time)) {
        seen_.operation_time = now.operation_time;
    }
    const auto known = seen_.cluster_time["clusterTime"];
    const auto told  = now.cluster_time["clusterTime"];
    if (told && (!known || bson::compare(known, told) < 0)) seen_.cluster_time = now.cluster_time;
}

}  // namespace tenon
