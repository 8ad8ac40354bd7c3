#pragma once
// MongoDB's query filters: parsed once into a tree, matched against many documents.
//
// The tree is the one MongoDB itself builds, so that a planner reads few shapes:
//   {a: {$ne: 1}}         not_(eq a)            {a: {$nin: [..]}}      not_(in a)
//   {a: {$exists: false}} not_(exists a)        {a: {$all: [x, y]}}    and_(eq a, eq a)
//   {a: {$gt: 1, $lt: 5}} and_(gt a, lt a)      {a: {$not: {..}}}      not_(..)
//   {a: {$all: []}}       always_false          {}                     always_true
//   {$or: [{a: 1}, {a: 2}]}  in a           {a: {$in: [1]}}       eq a
// and_ in and_ and or_ in or_ are merged, and an and_ or or_ of one child is that child.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/path.hpp"

namespace tenon::mql {

class Pattern;     // a compiled regular expression (regex.hpp)
class Expression;  // $expr (expression.hpp)

enum class Op : std::uint8_t {
    and_,               ///< children: two or more
    or_,                ///< children: two or more
    elem_match_object,  ///< path, children[0] over each element that is a document or array
    elem_match_value,   ///< path, children (all must hold) over each element, whose paths are empty
    size,               ///< path, number
    eq,                 ///< path, operand: never a regex to be matched as a pattern
    lte,
    lt,
    gt,
    gte,
    regex,              ///< path, patterns[0]; operand is the Regex value
    mod,                ///< path, divisor and number (the remainder)
    exists,             ///< path
    in,                 ///< path, values in order and without repeats, patterns
    bits_all_set,       ///< path, bit positions
    bits_all_clear,
    bits_any_set,
    bits_any_clear,
    not_,               ///< children[0]
    nor,                ///< children: one or more
    type,               ///< path, types
    expr,               ///< expression
    always_false,
    always_true,
};

/// The types a `$type` accepts.
struct TypeSet {
    std::uint32_t bits = 0;

    void add(bson::Type type) noexcept { bits |= bit(type); }
    [[nodiscard]] bool contains(bson::Type type) const noexcept { return (bits & bit(type)) != 0; }

private:
    static constexpr std::uint32_t bit(bson::Type type) noexcept {
        if (type == bson::Type::missing) return 0;
        if (type == bson::Type::min_key) return 1U << 30U;
        if (type == bson::Type::max_key) return 1U << 31U;
        return 1U << static_cast<unsigned>(type);
    }
};

/// One node of a parsed filter. Immutable once parsed; copies share their patterns and expressions.
struct Node {
    Op                                          op = Op::always_true;
    FieldPath                                   path{};      ///< empty on logical nodes and below elem_match_value
    bson::Value                                 operand{};   ///< of eq, lt, lte, gt, gte, regex
    std::vector<bson::Value>                    values{};    ///< of in
    std::vector<Node>                           children{};
    std::vector<std::uint32_t>                  written{};   ///< of and_: the places of its children in the order they were written
    std::int64_t                                divisor = 0;
    std::int64_t                                number  = 0;
    TypeSet                                     types{};
    std::uint64_t                               bit_mask = 0;   ///< positions 0 to 63; a position past 63 is in bit 63 too (sign)
    std::vector<std::uint32_t>                  bit_positions{};
    std::vector<std::shared_ptr<const Pattern>> patterns{};
    std::shared_ptr<const Expression>           expression{};
};

/// What a match tells beside yes: for the positional `$` of updates and projections.
struct MatchDetails {
    /// Position of the element, in the outermost array that the match went through implicitly, of the last
    /// predicate that went through one. Predicates below $or, $nor and $not do not count, as in MongoDB.
    std::optional<std::uint32_t> element{};
    /// Which predicate is the last: by the filter's text, as for a projection, or by the order of evaluation, as for an update.
    bool as_written = false;
};

/// Whether a filter may hold $expr: that of $pull may not (224).
enum class Expressions : std::uint8_t { allowed, refused };

/// A parsed filter. Matching is thread-safe and keeps no state; an equality on a scalar field allocates nothing.
class Filter {
public:
    /// Parses `{a: 5, $or: [...]}`. The bytes are copied where kept.
    /// @errors invalid_argument with MongoDB's code (unknown operators, bad operands, nesting past 100);
    /// unsupported for $where, $text, $jsonSchema, geo operators and $sampleRate, which it names.
    [[nodiscard]] static Result<Filter> parse(bson::View filter, Expressions expressions = Expressions::allowed);

    /// Parses a condition on a single value, for `matches_value`: `{$gte: 5}`, a regex, else a literal to be equal to.
    [[nodiscard]] static Result<Filter> parse_value_expression(bson::ValueRef condition);

    /// Whether the document satisfies the filter. `details` is filled on a match.
    /// @errors invalid_argument when a regular expression passes its match limit, or $expr fails.
    [[nodiscard]] Result<bool> matches(bson::View document, MatchDetails* details = nullptr) const;

    /// As MongoDB's $pull decides on one element: the value as a whole, or any element of it when it is an array.
    /// For filters of `parse_value_expression`.
    [[nodiscard]] Result<bool> matches_value(bson::ValueRef value) const;

    [[nodiscard]] const Node& root() const noexcept { return root_; }
    /// It holds an $expr anywhere.
    [[nodiscard]] bool has_expression() const noexcept;

    /// Evaluates one node of this tree alone, as `matches` would.
    [[nodiscard]] static Result<bool> matches(const Node& node, bson::View document, MatchDetails* details = nullptr);

private:
    explicit Filter(Node root) : root_(std::move(root)) {}

    Node root_{};
};

}  // namespace tenon::mql
