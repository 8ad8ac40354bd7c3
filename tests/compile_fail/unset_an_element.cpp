// "(path)"}, Line>::must_be_optional<tenon::query::detail::unset>
#include "entities.hpp"

auto wrong = unset(field<&Order::lines>.at(0));
