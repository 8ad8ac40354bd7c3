// "buyer"}, std:: ... basic_string<char> ... ::has_no_member<
#include "entities.hpp"

auto wrong = field<&Order::buyer, &Line::sku> == "x";
