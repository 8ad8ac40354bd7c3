#pragma once
// What the compiler says of a query that makes no sense. The type that fails names the field, its type and the operand:
// `field<Name<4>{"qty"}, int>::cannot_be_compared_with<std::string>`; the text of the assertion names the way out.

#include <tenon/reflect/path.hpp>

namespace tenon::query::mistake {

template <class...>
inline constexpr bool never = false;

/// A field by its stored path and its member's type.
template <reflect::Name Path, class Type>
struct field {
    template <class Operand>
    struct cannot_be_compared_with {
        static_assert(never<Operand>, "the operand must convert to the field's type without loss");
    };
    template <class Operand>
    struct cannot_be_set_to {
        static_assert(never<Operand>, "the value must convert to the field's type without loss");
    };
    template <class OtherField>
    struct cannot_be_compared_without_expr {
        static_assert(never<OtherField>, "a field against a field goes through expr(field<&T::a> < field<&T::b>)");
    };
    template <class Operation>
    struct is_no_number {
        static_assert(never<Operation>, "the operator takes a number's field");
    };
    template <class Operation>
    struct is_no_integer {
        static_assert(never<Operation>, "the operator takes an integer's field");
    };
    template <class Operation>
    struct is_no_array {
        static_assert(never<Operation>, "the operator takes the field of an array (vector, array, set)");
    };
    template <class Operation>
    struct is_no_map {
        static_assert(never<Operation>, "key() takes the field of a map or of a free-form document");
    };
    template <class Operation>
    struct is_no_string {
        static_assert(never<Operation>, "the operator takes the field of a string or of strings");
    };
    template <class Operation>
    struct is_no_date {
        static_assert(never<Operation>, "the operator takes a date's field");
    };
    template <class Alternative>
    struct has_no_alternative {
        static_assert(never<Alternative>, "as() takes one of the alternatives of a variant's field");
    };
    template <class Operation>
    struct must_be_optional {
        static_assert(never<Operation>, "without the field its documents could not be read any more; make the member optional");
    };
    template <auto Member>
    struct has_no_member {
        static_assert(never<Type>, "each step of a path must be a member of what the step before it holds");
    };
    template <class Filter>
    struct has_elements_that_do_not_match_with {
        static_assert(never<Filter>, "the inner filter must be one of the array's own elements");
    };
    template <class Operation>
    struct lies_in_an_array {
        static_assert(never<Operation>, "an expression sees the whole array at such a path; write it with expr<T>(document)");
    };
    template <class Operation>
    struct must_name_elements {
        static_assert(never<Operation>, "an update names the elements of an array on its path: .at(i), .each(), .each(name) or .matched(), then .then<...>()");
    };
    template <class Into>
    struct must_be_unwound {
        static_assert(never<Into>, "a stage sees the whole array at such a path; unwind it first: .unwind<&T::array>()");
    };
    template <class Entity>
    struct is_not_stored {
        static_assert(never<Entity>, "the member is ignored by its Model or Mapping: no document has it");
    };
    template <class Part>
    struct cannot_descend_in {
        static_assert(never<Part>, "a part of a shard key is asc<...> or hashed<...>");
    };
    template <class Part>
    struct may_hold_an_array_in {
        static_assert(never<Part>, "no part of a shard key is an array or lies in one");
    };
    template <class Source>
    struct is_not_in {
        static_assert(never<Source>, "a field of the projected struct has no field of this name in the entity");
    };
    template <class Source>
    struct cannot_be_read_from {
        static_assert(never<Source>, "a field of the projected struct must be able to hold every value of the entity's");
    };
};

/// One clause holds fields of one entity.
template <class Entity>
struct entity {
    template <class Other>
    struct has_a_clause_of_another_entity {
        static_assert(never<Other>, "filters, updates, sort keys, index keys, shard keys and stages of two entities do not mix");
    };
    template <class Key>
    struct has_more_than_one_hashed_part_in {
        static_assert(never<Key>, "at most one part of a shard key is hashed<...>");
    };
};

}  // namespace tenon::query::mistake
