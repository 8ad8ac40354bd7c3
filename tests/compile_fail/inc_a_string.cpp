// "buyer"}, std:: ... basic_string<char> ... ::is_no_number<tenon::query::detail::inc>
#include "entities.hpp"

auto wrong = inc<&Order::buyer>("x");
