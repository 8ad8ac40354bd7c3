#pragma once

#include <bson/bson.h>

#include "message.hpp"

namespace bench {

/// The message by hand-written appends of libbson into a document that is used again.
void append(bson_t* document, const Message& message);

}  // namespace bench
