// entity<Order>::has_more_than_one_hashed_part_in<tenon::query::detail::shard_key>
#include "entities.hpp"

auto wrong = shard_key<hashed<&Order::buyer>, hashed<&Order::id>>();
