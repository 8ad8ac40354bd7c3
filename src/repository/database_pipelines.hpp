#pragma once
// Stages of a pipeline that reach another collection than their own, past the rules that its model keeps.

#include <optional>
#include <string>

#include <tenon/store/operation.hpp>

#include "repository/database_state.hpp"

namespace tenon::detail {

/// The first stage that reads or writes a collection whose known model deletes softly, or writes one whose model keeps stamps; once
/// such a model is known also the first one that may, for all this library knows. Empty: there is none.
[[nodiscard]] std::optional<std::string> stage_past_rules(const DatabaseState& database, const Aggregate& aggregate);

}  // namespace tenon::detail
