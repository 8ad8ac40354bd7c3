#pragma once
// Environment: variables by name, of the process and of a `.env` file.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenon/result.hpp>

namespace tenon {

/// What Config::from_env reads. The process's own environment is never changed: other threads may read it.
///
/// A `.env` file has one `NAME=value` a line, with `export ` in front if one likes, and blanks around the name and value passed over.
///   NAME=plain text     # to the line's end, or to a '#' behind a blank
///   NAME='single'       as it stands
///   NAME="double"       with \n \r \t \\ \" and \$; any other escape is an error
/// A value is of one line. Nothing is interpolated: `$HOME` is five letters. A line that is none of these and a name that comes twice
/// are errors.
/// @threads safe; copies are of their own.
class Environment {
public:
    enum class Missing : std::uint8_t { refused, allowed };

    /// These variables alone.
    explicit Environment(std::vector<std::pair<std::string, std::string>> variables) : variables_(std::move(variables)) {}

    /// Those of the process, as they are when they are asked for.
    [[nodiscard]] static Environment process();
    /// Those of the process, and where it has none of a name those of a file. `allowed`: a file that is not there has none.
    /// @errors io (it cannot be read), invalid_argument (a bad line: the message names the file and the line's number, never its content).
    [[nodiscard]] static Result<Environment> with_file(const std::string& path, Missing missing = Missing::refused);
    /// Those of a `.env` file's text. @errors invalid_argument, as with_file.
    [[nodiscard]] static Result<Environment> parse(std::string_view text);

    /// Empty: not set, or set to nothing.
    [[nodiscard]] std::optional<std::string> get(const std::string& name) const;

private:
    std::vector<std::pair<std::string, std::string>> variables_{};
    bool                                             process_ = false;  // looked at first
};

}  // namespace tenon
