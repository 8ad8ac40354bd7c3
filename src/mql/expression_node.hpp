#pragma once
// A parsed expression: a tree of nodes, each with the function that evaluates it. Operators are rows of tables, one table a file.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/expression.hpp"
#include "mql/mql_error.hpp"
#include "mql/path.hpp"

namespace tenon::mql {

using detail::ExpressionNode;

/// One evaluation: the document, the variables in scope, and the values made on the way.
class Frame {
public:
    Frame(bson::View root, const EvaluateContext& context) : root_(root), context_(context) {}

    [[nodiscard]] bson::View root() const noexcept { return root_; }
    [[nodiscard]] bson::DateTime now();
    /// Keeps a value alive until the evaluation ends.
    [[nodiscard]] bson::ValueRef keep(bson::Value value) { return kept_.emplace_back(std::move(value)).ref(); }
    [[nodiscard]] bson::ValueRef variable(std::size_t slot) const { return variables_[slot]; }
    void bind(std::size_t slot, bson::ValueRef value) {
        if (variables_.size() <= slot) variables_.resize(slot + 1);
        variables_[slot] = value;
    }

private:
    bson::View                    root_;
    const EvaluateContext&        context_;
    std::optional<bson::DateTime> now_{};
    std::deque<bson::Value>       kept_{};
    std::vector<bson::ValueRef>   variables_{};
};

using Evaluated = Result<bson::ValueRef>;
using Evaluator = Evaluated (*)(Frame&, const ExpressionNode&);
using NodePointer = std::unique_ptr<ExpressionNode>;

/// Whether operands of an operator may be put together beforehand: neighbours alone, or all of them.
enum class Grouping : std::uint8_t { none, in_order, any_order };

namespace detail {

struct ExpressionNode {
    Evaluator                evaluator = nullptr;
    std::string_view         op{};           ///< the operator's name, for messages
    std::vector<NodePointer> arguments{};    ///< null where an optional one is left out
    bson::Value              literal{};      ///< of a constant
    FieldPath                path{};         ///< of a field path, behind its variable if it has one
    std::vector<std::size_t> slots{};        ///< variables that the node reads or binds
    std::vector<std::string> names{};        ///< fields of an object expression
    int                      mode = 0;       ///< what an evaluator shared by several operators tells them apart by
    Grouping                 grouping    = Grouping::none;
    bool                     accumulates = false;  ///< an array as the only operand is a list of operands
};

}  // namespace detail

[[nodiscard]] inline Evaluated evaluate(Frame& frame, const ExpressionNode& node) { return node.evaluator(frame, node); }
/// Argument `index`; missing when it is left out.
[[nodiscard]] inline Evaluated argument(Frame& frame, const ExpressionNode& node, std::size_t index) {
    if (index >= node.arguments.size() || !node.arguments[index]) return bson::ValueRef();
    return evaluate(frame, *node.arguments[index]);
}
/// All arguments in order. @errors of the first that fails.
[[nodiscard]] Result<std::vector<bson::ValueRef>> all_arguments(Frame& frame, const ExpressionNode& node);

/// The names in scope while an expression is parsed.
class Scope {
public:
    /// A scope that knows `name` too; returns its slot.
    std::size_t bind(std::string name) {
        const std::size_t slot = next_++;
        slots_[std::move(name)] = slot;
        return slot;
    }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
        const auto at = slots_.find(name);
        return at == slots_.end() ? std::nullopt : std::optional(at->second);
    }

private:
    std::map<std::string, std::size_t, std::less<>> slots_{};
    std::size_t                                     next_ = 0;
};

/// Parses any expression. @errors as Expression::parse.
[[nodiscard]] Result<NodePointer> parse_expression(bson::ValueRef expression, const Scope& scope);

/// Folds the constants of a whole tree. @errors of an operator on constants that fails.
[[nodiscard]] Result<void> optimize(NodePointer& root);

/// How an operator with named arguments or of its own shape is parsed: the node has its evaluator already.
using ShapeParser = Result<void> (*)(ExpressionNode&, bson::ValueRef argument, const Scope&);

struct OperatorSpec {
    std::string_view name;
    std::size_t      least;   ///< arguments
    std::size_t      most;
    Evaluator        evaluator;
    int              mode        = 0;
    Grouping         grouping    = Grouping::none;
    bool             accumulates = false;
    ShapeParser      shape       = nullptr;  ///< instead of a list of arguments
};
inline constexpr std::size_t any_number = 100'000;

[[nodiscard]] std::span<const OperatorSpec> logic_operators();
[[nodiscard]] std::span<const OperatorSpec> arithmetic_operators();
[[nodiscard]] std::span<const OperatorSpec> rounding_operators();
[[nodiscard]] std::span<const OperatorSpec> accumulator_operators();
[[nodiscard]] std::span<const OperatorSpec> string_operators();
[[nodiscard]] std::span<const OperatorSpec> array_operators();
[[nodiscard]] std::span<const OperatorSpec> scoped_operators();

/// Reads `{name: expression, ...}` into node.arguments by position in `names`. `code_unknown` is MongoDB's code for a name that is not
/// there, `code_object` that for an argument which is no document.
[[nodiscard]] Result<void> parse_named(ExpressionNode& node, bson::ValueRef argument, const Scope& scope,
                                       std::span<const std::string_view> names, int code_unknown, int code_object);

/// MongoDB's order as expressions compare: missing below null, otherwise bson::compare.
[[nodiscard]] int compare_values(bson::ValueRef a, bson::ValueRef b) noexcept;
/// null, undefined or missing.
[[nodiscard]] inline bool is_nullish(bson::ValueRef value) noexcept {
    return value.missing() || value.type() == bson::Type::null || value.type() == bson::Type::undefined;
}
[[nodiscard]] std::string type_name(bson::ValueRef value);
[[nodiscard]] inline bson::ValueRef null_value() noexcept { return {bson::Type::null, nullptr, 0}; }
/// An array of the values, a missing one as null.
[[nodiscard]] bson::ValueRef make_array(Frame& frame, const std::vector<bson::ValueRef>& values);
[[nodiscard]] bson::ValueRef make_bool(Frame& frame, bool value);
[[nodiscard]] std::vector<bson::ValueRef> elements_of(bson::ValueRef array);
[[nodiscard]] Evaluated finish_value(Frame& frame, bson::Builder& builder, std::string_view key);

}  // namespace tenon::mql
