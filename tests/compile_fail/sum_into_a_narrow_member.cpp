// field< ... {"pieces"} ... cannot_be_read_from<
#include "entities.hpp"

struct Total {
    int pieces{};
};
auto wrong = pipeline<Order>().group<Total>(acc::sum<&Total::pieces>(field<&Order::qty>));
