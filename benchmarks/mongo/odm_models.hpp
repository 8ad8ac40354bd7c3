#pragma once
// The models of MongoDB's ODM benchmark: a flat one of about 250 bytes of JSON, a flat and a nested one of about 8,000.
// The published large flat model has 125 strings and 125 integers; a struct here has at most 200 members (Boost.PFR), so that it has
// 74 integers and its strings make up for the rest.

#include <cstdint>
#include <string>
#include <vector>

#include <tenon/mapping/model.hpp>
#include <tenon/query/query.hpp>

#define BENCH_TEN(X, tens)                                                                                                     \
    X(tens##0) X(tens##1) X(tens##2) X(tens##3) X(tens##4) X(tens##5) X(tens##6) X(tens##7) X(tens##8) X(tens##9)
#define BENCH_SMALL_STRINGS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define BENCH_SMALL_INTEGERS(X) X(8) X(9) X(10) X(11) X(12) X(13)
#define BENCH_NESTED(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define BENCH_LARGE_STRINGS(X)                                                                                                 \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)                                                                               \
    BENCH_TEN(X, 1) BENCH_TEN(X, 2) BENCH_TEN(X, 3) BENCH_TEN(X, 4) BENCH_TEN(X, 5) BENCH_TEN(X, 6) BENCH_TEN(X, 7)            \
    BENCH_TEN(X, 8) BENCH_TEN(X, 9) BENCH_TEN(X, 10) BENCH_TEN(X, 11) X(120) X(121) X(122) X(123) X(124) X(125)
#define BENCH_LARGE_INTEGERS(X)                                                                                                \
    X(126) X(127) X(128) X(129)                                                                                                \
    BENCH_TEN(X, 13) BENCH_TEN(X, 14) BENCH_TEN(X, 15) BENCH_TEN(X, 16) BENCH_TEN(X, 17) BENCH_TEN(X, 18) BENCH_TEN(X, 19)

#define BENCH_STRING(n) std::string field##n{};
#define BENCH_INTEGER(n) std::int32_t field##n{};

namespace bench::odm {

struct SmallFlat {
    tenon::ObjectId id{};
    BENCH_SMALL_STRINGS(BENCH_STRING)
    BENCH_SMALL_INTEGERS(BENCH_INTEGER)
};

struct LargeFlat {
    tenon::ObjectId id{};
    BENCH_LARGE_STRINGS(BENCH_STRING)
    BENCH_LARGE_INTEGERS(BENCH_INTEGER)
};

struct Strings {
    std::string unique_id{};
    BENCH_NESTED(BENCH_STRING)
};

struct Integers {
    BENCH_NESTED(BENCH_INTEGER)
};

struct LargeNested {
    tenon::ObjectId      id{};
    Strings              embedded_str_doc_1{};
    Strings              embedded_str_doc_2{};
    Strings              embedded_str_doc_3{};
    Strings              embedded_str_doc_4{};
    Strings              embedded_str_doc_5{};
    std::vector<Strings> embedded_str_doc_array{};
    Integers             embedded_int_doc_8{};
    Integers             embedded_int_doc_9{};
    Integers             embedded_int_doc_10{};
    Integers             embedded_int_doc_11{};
    Integers             embedded_int_doc_12{};
    Integers             embedded_int_doc_13{};
    Integers             embedded_int_doc_14{};
};

SmallFlat   small_flat();
LargeFlat   large_flat();
LargeNested large_nested();
/// A new value, as a find of one entity asks for it.
std::string unique_id();

}  // namespace bench::odm

template <>
struct tenon::Model<bench::odm::SmallFlat> : tenon::Defaults<bench::odm::SmallFlat> {
    static constexpr auto collection = "small_flat";
};
template <>
struct tenon::Model<bench::odm::LargeFlat> : tenon::Defaults<bench::odm::LargeFlat> {
    static constexpr auto collection = "large_flat";
};
// Without an index each find would read the whole collection, and the server would be all that is measured.
template <>
struct tenon::Model<bench::odm::LargeNested> : tenon::Defaults<bench::odm::LargeNested> {
    using T                          = bench::odm::LargeNested;
    static constexpr auto collection = "large_nested";
    static constexpr auto indexes    = tenon::indexes(tenon::index<tenon::asc<&T::embedded_str_doc_1, &bench::odm::Strings::unique_id>>(),
                                                      tenon::index<tenon::asc<&T::embedded_str_doc_array, &bench::odm::Strings::unique_id>>());
};
