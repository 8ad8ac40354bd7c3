// "qty"}, int>::cannot_be_compared_with<std:: ... basic_string<char>
#include "entities.hpp"

auto wrong = expr(field<&Order::qty> < field<&Order::buyer>);
