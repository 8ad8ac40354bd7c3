#pragma once
// Regular expressions as MongoDB has them: PCRE, always UTF-8, with a limit on the work of one match.

#include <memory>
#include <string>
#include <string_view>

#include <tenon/result.hpp>

namespace tenon::mql {

/// A compiled pattern. Immutable; many threads may match with one.
class Pattern {
public:
    /// Options are of "imsux" (u is always on). @errors invalid_argument: 51091 for a pattern that does not compile,
    /// 51108 for an unknown option.
    [[nodiscard]] static Result<std::shared_ptr<const Pattern>> compile(std::string_view pattern, std::string_view options);

    Pattern(const Pattern&)            = delete;
    Pattern& operator=(const Pattern&) = delete;
    ~Pattern();

    /// Whether any part of the text matches. Text that is not UTF-8 does not match.
    /// @errors invalid_argument, code 51156, when the limit of work or memory is passed.
    [[nodiscard]] Result<bool> matches(std::string_view text) const;

    [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }
    [[nodiscard]] const std::string& options() const noexcept { return options_; }

private:
    Pattern(std::string_view pattern, std::string_view options) : pattern_(pattern), options_(options) {}

    std::string pattern_;
    std::string options_;
    void*       code_ = nullptr;  // pcre2_code, whose header stays in regex.cpp
};

}  // namespace tenon::mql
