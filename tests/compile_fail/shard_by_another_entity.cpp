// entity<Order>::has_a_clause_of_another_entity<void ... (User)>
#include "entities.hpp"

auto wrong = shard_key<asc<&Order::buyer>, asc<&User::mail>>();
