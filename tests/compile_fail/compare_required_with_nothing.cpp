// "qty"}, int>::cannot_be_compared_with<std::nullopt_t>
#include "entities.hpp"

auto wrong = field<&Order::qty> == std::nullopt;
