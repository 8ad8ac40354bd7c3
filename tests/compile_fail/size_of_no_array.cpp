// "qty"}, int>::is_no_array<tenon::query::detail::size>
#include "entities.hpp"

auto wrong = field<&Order::qty>.size(3);
