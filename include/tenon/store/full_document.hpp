#pragma once

#include <cstdint>

namespace tenon {

/// Which document the event of a change brings along. MongoDB manual: Change Streams, "Lookup Full Document for Update Operations".
enum class FullDocument : std::uint8_t {
    none,            ///< of an update nothing but the fields that it changed
    update_lookup,   ///< the document as it is when the event is read: it may have changed again, or be gone (then there is none)
    when_available,  ///< as it was right after (or before) the change, where the server kept that: changeStreamPreAndPostImages, 6.0
    required,        ///< the same, and the stream ends with not_found at an event whose image is not kept
};

}  // namespace tenon
