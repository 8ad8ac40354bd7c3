// "qty"}, int>::is_no_array<tenon::query::detail::elem_match>
#include "entities.hpp"

auto wrong = field<&Order::qty>.elem_match(element<int> > 5);
