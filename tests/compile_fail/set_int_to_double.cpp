// "qty"}, int>::cannot_be_set_to<double>
#include "entities.hpp"

auto wrong = set<&Order::qty>(1.5);
