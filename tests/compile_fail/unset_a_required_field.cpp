// "qty"}, int>::must_be_optional<tenon::query::detail::unset>
#include "entities.hpp"

auto wrong = unset<&Order::qty>();
