#pragma once

#include <tenon/mapping/model.hpp>
#include <tenon/query/query.hpp>

#include "message.hpp"

template <>
struct tenon::Model<bench::Message> : tenon::Defaults<bench::Message> {
    static constexpr auto collection = "messages";
    static constexpr auto indexes =
        tenon::indexes(tenon::index<tenon::asc<&bench::Message::conversation_id>, tenon::desc<&bench::Message::created_at>>(),
                       tenon::index<tenon::asc<&bench::Message::sender>>());
};
