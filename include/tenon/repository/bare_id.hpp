#pragma once
// The value inside a strong id: what a document holds.

#include <tenon/mapping/types.hpp>

namespace tenon::detail {

template <class U>
[[nodiscard]] const U& bare_id(const U& id) noexcept {
    return id;  // NOLINT(bugprone-return-const-ref-from-parameter): a temporary takes the overload that is deleted
}
template <class U>
void bare_id(const U&& id) = delete;
template <class T, class U>
[[nodiscard]] const U& bare_id(const Id<T, U>& id) noexcept {
    return id.value;
}
template <class U>
[[nodiscard]] U& bare_id(U& id) noexcept {
    return id;
}
template <class T, class U>
[[nodiscard]] U& bare_id(Id<T, U>& id) noexcept {
    return id.value;
}

}  // namespace tenon::detail
