// "qty"}, int>::cannot_be_compared_with<std:: ... basic_string<char>
#include "entities.hpp"

auto wrong = field<&Order::qty> == std::string("five");
