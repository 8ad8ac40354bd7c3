// "(path)"}, int>::cannot_be_set_to<std::nullopt_t>
#include "entities.hpp"

auto wrong = set(field<&Order::lines>.at(0).then<&Line::pieces>(), std::nullopt);
