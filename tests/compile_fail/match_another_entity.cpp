// entity<Order>::has_a_clause_of_another_entity<User>
#include "entities.hpp"

auto wrong = pipeline<Order>().match(field<&User::mail> == "x");
