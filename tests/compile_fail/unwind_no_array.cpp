// field< ... {"buyer"} ... is_no_array
#include "entities.hpp"

auto wrong = pipeline<Order>().unwind<&Order::buyer>();
