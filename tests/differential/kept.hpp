#pragma once
// Kept cases: files of one JSON document a line, {"why": text, "operations": [operation...]}. Each was a divergence once.

#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::differential {

struct KeptCase {
    std::string                 place{};  ///< "file:line"
    std::string                 why{};
    std::vector<bson::Document> operations{};
};

/// The cases of all *.json files of a folder, by file name. Empty lines and those that begin with // are left out.
/// @errors io (no such folder), invalid_argument (a line that is not a case).
[[nodiscard]] Result<std::vector<KeptCase>> read_kept(const std::string& folder);

/// A case as its line; canonical Extended JSON. Says so when JSON cannot carry a value of it.
[[nodiscard]] std::string kept_line(const std::string& why, const std::vector<bson::Document>& operations);

}  // namespace tenon::differential
