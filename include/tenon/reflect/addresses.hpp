#pragma once
// Where the fields of a struct are, and of which types. A table of structured bindings: a tuple of references would say the same, at ten times
// the time to compile.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <boost/pfr/detail/core.hpp>
#include <boost/pfr/detail/fields_count.hpp>

namespace tenon::reflect {

/// The addresses of the fields of an object, of types F, in declared order.
template <class... F>
struct Addresses {
    const void* at[sizeof...(F) == 0 ? 1 : sizeof...(F)];
};

namespace detail {
template <std::size_t... I, class... F>
[[nodiscard]] constexpr Addresses<std::remove_reference_t<F>...> addresses_in(
    const boost::pfr::detail::sequence_tuple::tuple_base<std::index_sequence<I...>, F...>& fields) noexcept {
    return {{&static_cast<const boost::pfr::detail::sequence_tuple::base_from_member<I, F>&>(fields).value...}};
}
}  // namespace detail

/// Where the fields of an object are; N is their number. The types of the result are those of the fields, const where a field is.
template <std::size_t N, class T>
[[nodiscard]] constexpr auto addresses([[maybe_unused]] const T& value) noexcept {
    if constexpr (N == 0) {
        return Addresses<>{};
    } else if constexpr (N == 1) {
        const auto& [a] = value;
        return Addresses<decltype(a)>{{&a}};
    } else if constexpr (N == 2) {
        const auto& [a, b] = value;
        return Addresses<decltype(a), decltype(b)>{{&a, &b}};
    } else if constexpr (N == 3) {
        const auto& [a, b, c] = value;
        return Addresses<decltype(a), decltype(b), decltype(c)>{{&a, &b, &c}};
    } else if constexpr (N == 4) {
        const auto& [a, b, c, d] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d)>{{&a, &b, &c, &d}};
    } else if constexpr (N == 5) {
        const auto& [a, b, c, d, e] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e)>{{&a, &b, &c, &d, &e}};
    } else if constexpr (N == 6) {
        const auto& [a, b, c, d, e, f] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f)>{{&a, &b, &c, &d, &e, &f}};
    } else if constexpr (N == 7) {
        const auto& [a, b, c, d, e, f, g] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g)>{
            {&a, &b, &c, &d, &e, &f, &g}};
    } else if constexpr (N == 8) {
        const auto& [a, b, c, d, e, f, g, h] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h)>{
            {&a, &b, &c, &d, &e, &f, &g, &h}};
    } else if constexpr (N == 9) {
        const auto& [a, b, c, d, e, f, g, h, i] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i}};
    } else if constexpr (N == 10) {
        const auto& [a, b, c, d, e, f, g, h, i, j] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j}};
    } else if constexpr (N == 11) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k}};
    } else if constexpr (N == 12) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l}};
    } else if constexpr (N == 13) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m}};
    } else if constexpr (N == 14) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n}};
    } else if constexpr (N == 15) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o}};
    } else if constexpr (N == 16) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p}};
    } else if constexpr (N == 17) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q}};
    } else if constexpr (N == 18) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r}};
    } else if constexpr (N == 19) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s}};
    } else if constexpr (N == 20) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s), decltype(t)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s, &t}};
    } else if constexpr (N == 21) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s), decltype(t), decltype(u)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s, &t, &u}};
    } else if constexpr (N == 22) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s), decltype(t), decltype(u), decltype(v)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s, &t, &u, &v}};
    } else if constexpr (N == 23) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s), decltype(t), decltype(u), decltype(v), decltype(w)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s, &t, &u, &v, &w}};
    } else if constexpr (N == 24) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = value;
        return Addresses<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h),
                         decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p),
                         decltype(q), decltype(r), decltype(s), decltype(t), decltype(u), decltype(v), decltype(w), decltype(x)>{
            {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &k, &l, &m, &n, &o, &p, &q, &r, &s, &t, &u, &v, &w, &x}};
    } else {
        return detail::addresses_in(boost::pfr::detail::tie_as_tuple(value, boost::pfr::detail::size_t_<N>{}));
    }
}

}  // namespace tenon::reflect
