// "qty"}, int ... ::cannot_descend_in<tenon::query::detail::shard_key>
#include "entities.hpp"

auto wrong = shard_key<asc<&Order::buyer>, desc<&Order::qty>>();
