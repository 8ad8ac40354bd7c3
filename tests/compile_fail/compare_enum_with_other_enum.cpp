// "state"}, State>::cannot_be_compared_with<Color>
#include "entities.hpp"

auto wrong = field<&Order::state> == Color::red;
