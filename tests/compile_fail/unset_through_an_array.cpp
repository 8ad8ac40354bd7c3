// "lines.grade"}, std::optional<int> ... ::must_name_elements<tenon::query::detail::update>
#include "entities.hpp"

auto wrong = unset<&Order::lines, &Line::grade>();
