// tenon: a field of the patch has a type that the entity's field of the same name does not take without loss
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenon/mapping/patch.hpp>

struct Item { std::optional<std::int32_t> qty{}; };
struct Change { std::optional<std::int64_t> qty{}; };

bool wrong(Item& item, const Change& change) { return tenon::fill(item, change).has_value(); }
