// entity<Order>::has_a_clause_of_another_entity<User>
#include "entities.hpp"

tenon::Sort<Order> wrong(asc<&Order::qty>, desc<&User::mail>);
