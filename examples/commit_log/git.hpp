#pragma once
// Reads a Git history, oldest commit first.

#include <cstdint>
#include <string>
#include <vector>

#include <tenon/result.hpp>

struct Commit {
    std::string              hash{};
    std::string              author_name{};
    std::string              author_email{};
    std::int64_t             seconds = 0;  // since 1970, UTC
    std::string              subject{};
    std::string              body{};
    std::vector<std::string> paths{};
};

/// All commits of HEAD in `directory`. @errors invalid_argument: not a Git repository, or no git on PATH.
tenon::Result<std::vector<Commit>> read_history(const std::string& directory);
