// "qty"}, int>::is_no_array<tenon::query::detail::push>
#include "entities.hpp"

auto wrong = push<&Order::qty>(5);
