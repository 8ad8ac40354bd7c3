#pragma once
// A parsed projection: a tree of names, and what is done to the projected document afterwards.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mql/expression.hpp"
#include "mql/filter.hpp"
#include "mql/path.hpp"
#include "mql/projection.hpp"

namespace tenon::mql {

struct ProjectionNode;

/// What a projection says of one field.
struct ProjectionField {
    enum class Kind : std::uint8_t {
        keep,        ///< an inclusion names it
        drop,        ///< an exclusion names it
        branch,      ///< `below` says more
        computed,    ///< `expression`
        elem_match,  ///< the first element that `filter` finds, as an array of one
        sliced,      ///< kept; the slice is taken afterwards
    };
    Kind                            kind = Kind::keep;
    std::unique_ptr<ProjectionNode> below{};
    Expression                      expression{};
    std::optional<Filter>           filter{};
};

struct ProjectionNode {
    std::map<std::string, ProjectionField, std::less<>> fields{};
    std::vector<std::string>                            order{};  ///< computed fields and branches as the spec has them
    bool                                                computes = false;  ///< here or below
};

struct ProjectionSlice {
    FieldPath    path{};
    std::int32_t skip      = 0;
    std::int32_t limit     = 0;
    bool         has_limit = false;  ///< [skip, limit]; else `skip` alone counts from the front, or from the end when negative
};

namespace detail {

struct ProjectionProgram {
    ProjectionNode               root{};
    bool                         inclusion  = false;
    bool                         keeps_id   = true;
    bool                         simple     = false;
    bool                         needs_all  = false;
    std::optional<FieldPath>     positional{};
    std::vector<ProjectionSlice> slices{};
    std::vector<std::string>     required{};
};

}  // namespace detail

/// Parses a spec. @errors as Projection::parse.
[[nodiscard]] Result<std::shared_ptr<const detail::ProjectionProgram>> parse_projection(bson::View spec, ProjectionFor what);

}  // namespace tenon::mql
