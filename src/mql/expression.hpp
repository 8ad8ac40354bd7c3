#pragma once
// MongoDB's aggregation expressions, as $expr and computed projections use them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

namespace detail {
struct ExpressionNode;
}

/// What an expression may read beside the document.
struct EvaluateContext {
    std::optional<bson::DateTime> now{};  ///< $$NOW; the clock when empty
};

/// Whether a path may be read by an expression: no empty part, none with a leading '$'. @errors invalid_argument.
[[nodiscard]] Result<void> check_field_path(std::string_view path);

/// Whether MongoDB has an operator of this name, built here or not.
[[nodiscard]] bool is_expression(std::string_view name);

/// A parsed expression. Immutable, cheap to copy; may be evaluated by many threads at once.
class Expression {
public:
    /// Owns a copy of what it is given. @errors invalid_argument with MongoDB's code in Error::server (168 for an operator MongoDB
    /// does not know); unsupported, naming it, for an operator or variable of MongoDB's that is not built here.
    [[nodiscard]] static Result<Expression> parse(bson::ValueRef expression);

    /// Folds its constants, as MongoDB does once it has parsed all of a query. Before it is copied or evaluated.
    /// @errors invalid_argument: an operator on constants that fails.
    [[nodiscard]] Result<void> optimize();

    /// The value for this document; missing when it has none (`{$getField}` of an absent field, $$REMOVE).
    /// @errors invalid_argument with MongoDB's code.
    [[nodiscard]] Result<bson::Value> evaluate(bson::View root, const EvaluateContext& context = {}) const;

    /// The field paths that it reads from the document. False when it may read all of it ($$ROOT).
    [[nodiscard]] bool required_paths(std::vector<std::string>& out) const;

private:
    std::shared_ptr<detail::ExpressionNode> root_{};  // changed by optimize() alone
};

}  // namespace tenon::mql
