// tenon: a field of the patch has no field of the same name in the entity
#include <cstdint>
#include <optional>

#include <tenon/mapping/patch.hpp>

struct Item { std::int32_t qty{}; };
struct Change { std::optional<std::int32_t> quantity{}; };

bool wrong(Item& item, const Change& change) { return tenon::fill(item, change).has_value(); }
