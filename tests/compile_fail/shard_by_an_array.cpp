// "lines.sku"}, std:: ... ::may_hold_an_array_in<tenon::query::detail::shard_key>
#include "entities.hpp"

auto wrong = shard_key<asc<&Order::lines, &Line::sku>>();
