// "lines.pieces"}, int>::must_name_elements<tenon::query::detail::update>
#include "entities.hpp"

auto wrong = inc<&Order::lines, &Line::pieces>(1);
