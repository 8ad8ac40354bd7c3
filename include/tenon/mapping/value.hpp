#pragma once
// One value of any mapped type as BSON, outside of a struct.

#include <vector>

#include <tenon/mapping/codec.hpp>

namespace tenon::mapping {

/// A value as a codec stores it; of no value at all (an empty optional) null. @errors encode.
template <class C, class U>
[[nodiscard]] Result<bson::Value> value_by(const U& value) {
    if constexpr (requires { C::nullable; }) {
        if (C::empty(value)) return bson::Value(bson::Null{});
    }
    // A document of the one key "v"; its element begins at offset 4, its payload at 7.
    std::vector<Byte> bytes;
    Writer            w(bytes);
    Byte*             at = w.need(w.begin(), 8 + C::fixed);
    at[4]                = C::type;
    if constexpr (C::type == 0) at[4] = C::type_of(value);
    at[5] = 'v';
    at[6] = 0;
    at    = C::write(w, at + 7, value, 1);
    *at++ = 0;
    w.close(0, at);
    if (auto done = w.finish(at); !done) return fail(std::move(done.error()));
    return bson::Value(bson::View(bytes.data())["v"]);
}

/// A value as the field of a struct stores it: its codec is that of the member's type and of the rules of its struct. @errors encode.
template <auto Member, class U = reflect::member_type<Member>>
[[nodiscard]] Result<bson::Value> field_value(const U& value) {
    using T = reflect::member_class<Member>;
    return value_by<typename FieldCodec<U, detail::role_of<T>(reflect::index_of<Member>)>::type>(value);
}

}  // namespace tenon::mapping
