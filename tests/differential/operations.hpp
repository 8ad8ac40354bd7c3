#pragma once
// Operations as documents, {verb: {arguments}}: what is generated, shrunk, kept in files and replayed.

#include <tenon/store/operation.hpp>

#include "differential/documents.hpp"

namespace tenon::differential {

/// The indexes that a session made so far, for hints and for what is ambiguous.
struct Scene {
    std::vector<std::string> indexes{};
    std::vector<std::string> incomplete{};     ///< names that a sparse or partial one had
    bool                     indexed = false;  ///< one was asked for, if not made
    bool                     sparse  = false;  ///< so, and a sparse one
    bool                     plain   = false;  ///< nothing that other engines than MongoDB's may lack: no indexes
};

/// An operation of the foundation, chosen at random.
[[nodiscard]] bson::Document random_operation(RandomBson& random, Scene& scene);
/// The insert that a session begins with.
[[nodiscard]] bson::Document first_insert(RandomBson& random, std::size_t documents);

/// @errors invalid_argument: not an operation of this form.
[[nodiscard]] Result<Operation> to_operation(bson::View document);

}  // namespace tenon::differential
