// entity<Order>::has_a_clause_of_another_entity<User>
#include "entities.hpp"

auto wrong = field<&Order::qty> == 5 && field<&User::mail> == "x";
