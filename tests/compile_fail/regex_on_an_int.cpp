// "qty"}, int>::is_no_string<tenon::query::detail::regex>
#include "entities.hpp"

auto wrong = field<&Order::qty>.regex("x");
