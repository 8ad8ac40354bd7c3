#pragma once
// The operands of the single operators: what each accepts, and MongoDB's error for what it does not.

#include <cstdint>
#include <string_view>

#include <tenon/bson/document.hpp>

#include "mql/filter.hpp"

namespace tenon::mql::detail {

/// Each fills the node's own fields; `name` is the operator as written ("$bitsAllSet"). @errors as MongoDB's codes.
Result<void> parse_size(bson::Element operand, Node& node);
Result<void> parse_mod(bson::Element operand, Node& node);
Result<void> parse_type(bson::Element operand, Node& node);
Result<void> parse_bits(bson::Element operand, Node& node);

/// Whether a value in $all stands for {$elemMatch: ...}.
[[nodiscard]] inline bool is_elem_match(bson::ValueRef value) noexcept {
    return value.type() == bson::Type::document && !value.as_view().empty() && value.as_view().begin()->key == "$elemMatch";
}

/// A pattern for a regex node or an element of $in. `options` may be empty.
Result<void> add_pattern(std::string_view pattern, std::string_view options, Node& node);

/// The integer 1, which $alwaysTrue and $alwaysFalse ask for.
Result<void> require_one(bson::Element operand);

}  // namespace tenon::mql::detail
