// shard_key names fields of another entity
#include <tenon/mapping/model_info.hpp>

#include "entities.hpp"

struct Note {
    tenon::ObjectId id{};
};
template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {
    static constexpr auto shard_key = tenon::shard_key<asc<&User::mail>>();
};
const auto& wrong = model_info<Note>();
