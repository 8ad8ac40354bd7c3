#pragma once
// What one operator does to one element, once the element is found or made.

#include "mql/update.hpp"
#include "mql/update_document.hpp"
#include "mql/update_node.hpp"

namespace tenon::mql {

/// Applies an operator to an element that is there; true when it changed. `path` is for messages.
/// Not for $rename. @errors MongoDB's code.
[[nodiscard]] Result<bool> modify_element(MutableDocument& document, MutableNode& element, const Modifier& modifier,
                                          const ApplyContext& context, const std::string& path);

/// What an operator puts where nothing was: an element not yet in the tree. For the operators of `creates`.
[[nodiscard]] MutableNode& make_element(MutableDocument& document, std::string_view key, const Modifier& modifier,
                                        const ApplyContext& context);

/// Whether the operator makes the path that it names when it is missing.
[[nodiscard]] bool creates(UpdateOperator op) noexcept;

/// Applies $push, $pop, $pull, $pullAll or $addToSet to an array; true when it changed. @errors of $pull's condition.
[[nodiscard]] Result<bool> modify_array(MutableDocument& document, MutableNode& array, const Modifier& modifier);

}  // namespace tenon::mql
