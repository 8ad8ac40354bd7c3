#include "entities.hpp"

auto filter = field<&Order::qty> == 5 && field<&Order::lines>.elem_match(field<&Line::pieces> > 1);
auto change = set<&Order::buyer>("x") | inc<&Order::qty>(1);
