// a field against a field goes through expr
#include "entities.hpp"

tenon::Filter<Order> wrong = field<&Order::qty> == field<&Order::sold>;
