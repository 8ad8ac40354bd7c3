// unused-result
#include "entities.hpp"

void wrong() { Filter<Order>::from_json("{}"); }
