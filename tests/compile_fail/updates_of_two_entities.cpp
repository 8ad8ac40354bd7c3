// entity<Order>::has_a_clause_of_another_entity<User>
#include "entities.hpp"

auto wrong = set<&Order::qty>(5) | set<&User::mail>("x");
