#include <tenon/query/shard_key.hpp>

namespace tenon::query::detail {

Result<ShardKeyDefinition> define_shard_key(void (*keys)(SortBase&), bool unique, bool presplit_zones) {
    SortBase built;
    keys(built);
    if (built.error() != nullptr) return fail(*built.error());
    return ShardKeyDefinition{built.document(), unique, presplit_zones};
}

}  // namespace tenon::query::detail
