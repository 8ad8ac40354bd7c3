#pragma once
// One value of any mapped type as BSON.

#include <tenon/mapping/codec.hpp>

namespace tenon::query {

/// A value as the mapping stores it. @errors encode.
template <class U>
[[nodiscard]] Result<bson::Value> encode_value(const U& value) {
    using Codec = mapping::Codec<U>;
    std::vector<mapping::Byte> bytes;
    mapping::Writer            w(bytes);
    // A document of the one key "v"; its element begins at offset 4, its payload at 7.
    mapping::Byte* at = w.need(w.begin(), 8 + Codec::fixed);
    if constexpr (Codec::type != 0) {
        at[4] = Codec::type;
    } else {
        at[4] = Codec::type_of(value);
    }
    at[5] = 'v';
    at[6] = 0;
    at    = Codec::write(w, at + 7, value, 1);
    *at++ = 0;
    w.close(0, at);
    if (auto done = w.finish(at); !done) return fail(std::move(done.error()));
    return bson::Value(bson::View(bytes.data())["v"]);
}

}  // namespace tenon::query
