// entity<Total>::has_a_clause_of_another_entity<Order>
#include "entities.hpp"

struct Total {
    std::int64_t pieces{};
};
auto wrong = pipeline<Order>().group<Total>(acc::sum<&Total::pieces>(field<&Order::qty>)).sort(asc<&Order::qty>);
