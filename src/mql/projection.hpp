#pragma once
// MongoDB's find projections: inclusion, exclusion, $slice, $elemMatch, positional and computed fields.

#include <memory>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

struct MatchDetails;

namespace detail {
struct ProjectionProgram;
}

/// What a projection's parsing has to know beside its spec.
struct ProjectionFor {
    bool filter_has_expression = false;  ///< no positional field may stand beside an $expr
    bool find_and_modify       = false;  ///< of several faults of constants the one nearest to the root is named, not the first
    bool changed_document      = false;  ///< it is of the document after its change, which has no positional field
};

/// A parsed projection. Immutable, cheap to copy; may be applied by many threads at once.
class Projection {
public:
    /// The empty spec keeps everything. @errors invalid_argument with MongoDB's code in Error::server, unsupported.
    [[nodiscard]] static Result<Projection> parse(bson::View spec, ProjectionFor what = {});

    /// The projected document. `details` is needed when needs_match_details() says so.
    /// @errors invalid_argument with MongoDB's code (a positional without a match, an expression that fails).
    [[nodiscard]] Result<bson::Document> apply(bson::View document, const MatchDetails* details = nullptr) const;

    /// False for an exclusion, and for the empty spec.
    [[nodiscard]] bool is_inclusion() const noexcept;
    /// Whether _id is kept.
    [[nodiscard]] bool keeps_id() const noexcept;
    /// The spec has `"path.$": 1`.
    [[nodiscard]] bool needs_match_details() const noexcept;
    /// True when the output is made of plain inclusions alone: of the paths `required_paths` and nothing computed.
    [[nodiscard]] bool is_simple_inclusion() const noexcept;
    /// Of an inclusion: the dotted paths that the output is made from, _id among them when kept; sorted. A whole document is
    /// needed when is_inclusion() is false or needs_whole_document() is true.
    [[nodiscard]] const std::vector<std::string>& required_paths() const noexcept;
    /// A computed field reads $$ROOT or another path that cannot be named beforehand.
    [[nodiscard]] bool needs_whole_document() const noexcept;

private:
    std::shared_ptr<const detail::ProjectionProgram> program_{};
};

}  // namespace tenon::mql
