// "(path)"}, int>::must_name_elements<tenon::query::detail::update>
#include "entities.hpp"

auto wrong = inc(field<&Order::lines>.then<&Line::pieces>(), 1);
