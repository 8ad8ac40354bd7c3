// "buyer"}, std:: ... basic_string<char> ... ::is_no_integer<tenon::query::detail::bits>
#include "entities.hpp"

auto wrong = field<&Order::buyer>.bits_all_set(3);
