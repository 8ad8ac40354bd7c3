// "buyer"}, std:: ... basic_string<char> ... ::is_no_number<tenon::query::detail::mod>
#include "entities.hpp"

auto wrong = field<&Order::buyer>.mod(2, 1);
