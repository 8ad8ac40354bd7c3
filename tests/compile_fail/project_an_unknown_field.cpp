// "quantity"}, int>::is_not_in<Order>
#include "entities.hpp"

struct Part {
    int quantity{};
};
auto wrong = projection_of<Order, Part>();
