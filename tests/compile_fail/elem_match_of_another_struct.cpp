// "lines"}, std::vector<Line ... has_elements_that_do_not_match_with<tenon::query::Filter<Order>
#include "entities.hpp"

auto wrong = field<&Order::lines>.elem_match(field<&Order::qty> > 5);
