// "qty"}, int>::cannot_be_compared_with<double>
#include "entities.hpp"

auto wrong = field<&Order::qty> < 5.5;
