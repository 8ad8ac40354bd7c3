// "state"}, State>::cannot_be_compared_with<char
#include "entities.hpp"

auto wrong = field<&Order::state> == "paid";
