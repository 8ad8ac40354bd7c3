// field< ... {"lines.pieces"} ... must_be_unwound<Total>
#include "entities.hpp"

struct Total {
    std::int64_t pieces{};
};
auto wrong = pipeline<Order>().group<Total>(acc::sum<&Total::pieces>(field<&Order::lines, &Line::pieces>));
