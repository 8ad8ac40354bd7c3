// a hashed shard key cannot be unique
#include "entities.hpp"

constexpr auto wrong = shard_key<hashed<&Order::id>>().unique();
