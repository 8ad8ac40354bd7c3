// "qty"}, int>::is_no_map<tenon::query::detail::key>
#include "entities.hpp"

auto wrong = field<&Order::qty>.key("k") == 5;
