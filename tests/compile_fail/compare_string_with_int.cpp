// "buyer"}, std:: ... basic_string<char> ... ::cannot_be_compared_with<int>
#include "entities.hpp"

auto wrong = field<&Order::buyer> == 5;
