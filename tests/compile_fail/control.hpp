#include "entities.hpp"

auto filter = field<&Order::qty> == 5 && field<&Order::lines>.elem_match(field<&Line::pieces> > 1);
auto change = set<&Order::buyer>("x") | inc<&Order::qty>(1) | inc(field<&Order::lines>.each().then<&Line::pieces>(), 1);

struct Total {
    std::string  sku{};
    std::int64_t pieces{};
};
auto stages = pipeline<Order>().unwind<&Order::lines>().group<Total>(acc::by<&Total::sku>(field<&Order::lines, &Line::sku>),
                                                                     acc::sum<&Total::pieces>(field<&Order::lines, &Line::pieces>));

auto spread = shard_key<asc<&Order::buyer>, asc<&Order::qty>, hashed<&Order::id>>().presplit_zones();
