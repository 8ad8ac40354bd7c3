// "qty"}, int>::cannot_be_compared_with<long
#include "entities.hpp"

auto wrong(std::int64_t n) { return field<&Order::qty> > n; }
