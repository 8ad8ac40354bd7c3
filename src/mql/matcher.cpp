#include <algorithm>
#include <cmath>
#include <limits>

#include <tenon/bson/compare.hpp>

#include "mql/bits.hpp"
#include "mql/decimal_math.hpp"
#include "mql/element_path.hpp"
#include "mql/expression.hpp"
#include "mql/filter.hpp"
#include "mql/regex.hpp"

namespace tenon::mql {

namespace {

using bson::Type;
using bson::ValueRef;

bool is_nan(ValueRef value) noexcept {
    if (value.type() == Type::float64) return std::isnan(value.as_double());
    return value.type() == Type::decimal128 && value.as_decimal128().is_nan();
}

bool null_like(Type type) noexcept { return type == Type::missing || type == Type::undefined || type == Type::null; }

bool compares(Op op, ValueRef value, ValueRef operand) noexcept {
    if (operand.type() == Type::null) return null_like(value.type()) && op != Op::lt && op != Op::gt;
    if (null_like(value.type()) || bson::bracket(value.type()) != bson::bracket(operand.type())) {
        // Types do not compare with each other, but everything lies between MinKey and MaxKey.
        if (operand.type() == Type::max_key) return op == Op::lt || op == Op::lte;
        if (operand.type() == Type::min_key) return op == Op::gt || op == Op::gte;
        return false;
    }
    // NaN equals itself and is otherwise neither above nor below a number.
    const bool value_nan   = is_nan(value);
    const bool operand_nan = is_nan(operand);
    if (value_nan || operand_nan) return value_nan && operand_nan && op != Op::lt && op != Op::gt;
    const int order = bson::compare(value, operand);
    switch (op) {
        case Op::eq:  return order == 0;
        case Op::lt:  return order < 0;
        case Op::lte: return order <= 0;
        case Op::gt:  return order > 0;
        default:      return order >= 0;
    }
}

// A number cut to an integer, as $mod does; empty when it has none of 64 bits.
std::optional<std::int64_t> truncated(ValueRef value) noexcept {
    if (value.type() == Type::float64) {
        const double whole = std::trunc(value.as_double());
        if (!(whole >= -0x1p63 && whole < 0x1p63)) return std::nullopt;
        return static_cast<std::int64_t>(whole);
    }
    if (value.type() == Type::decimal128) return decimal_to_int64(value.as_decimal128());
    return value.to_int64();
}

bool has_remainder(const Node& node, ValueRef value) noexcept {
    if (!value.is_number()) return false;
    const auto dividend = truncated(value);
    if (!dividend) return false;
    if (node.divisor == -1) return node.number == 0;  // INT64_MIN % -1 overflows
    return *dividend % node.divisor == node.number;
}

// One evaluation of a tree. What can fail (regular expressions, $expr) is kept as the first error, which stands
// whatever the rest of the tree answers.
class Evaluation {
public:
    enum class Mode : std::uint8_t {
        document,  // paths start at a document
        element,   // below elem_match_value: the value is tested as it is
        wrapped,   // $pull's condition: the value stands under an empty path
    };
    struct Subject {
        Mode           mode;
        bson::View     document;
        ValueRef       value;
    };

    bool holds(const Node& node, const Subject& subject, MatchDetails* details) {
        switch (node.op) {
            case Op::always_true:  return true;
            case Op::always_false: return false;
            case Op::and_:
                for (std::size_t i = 0; i < node.children.size(); ++i) {
                    const bool as_written = details != nullptr && details->as_written;
                    if (!holds(node.children[as_written ? node.written[i] : i], subject, details)) {
                        if (details != nullptr) details->element.reset();
                        return false;
                    }
                }
                return true;
            case Op::or_:  return any(node, subject);
            case Op::nor:  return !any(node, subject);
            case Op::not_: return !holds(node.children[0], subject, nullptr);
            case Op::expr: return expression(node, subject);
            default:       return over_path(node, subject, details);
        }
    }

    std::optional<Error>& error() noexcept { return error_; }

private:
    bool any(const Node& node, const Subject& subject) {
        return std::any_of(node.children.begin(), node.children.end(),
                           [&](const Node& child) { return holds(child, subject, nullptr); });
    }

    bool expression(const Node& node, const Subject& subject) {
        auto value = node.expression->evaluate(subject.document);
        if (!value) {
            keep(std::move(value.error()));
            return false;
        }
        return value->ref().truthy();
    }

    bool over_path(const Node& node, const Subject& subject, MatchDetails* details) {
        if (subject.mode == Mode::element) return test(node, subject.value, details);
        const bool whole = node.op == Op::size || node.op == Op::elem_match_object || node.op == Op::elem_match_value;
        auto visit = [&](ValueRef value, ElementIndex index) {
            if (!test(node, value, details)) return false;
            if (details != nullptr && index) details->element = index;
            return true;
        };
        PathWalk walk(node.path, whole ? LeafArray::whole : LeafArray::elements_and_whole, visit);
        if (subject.mode == Mode::wrapped) return walk.leaf(subject.value, 0, {});
        return walk.document(subject.document);
    }

    bool test(const Node& node, ValueRef value, MatchDetails* details) {
        switch (node.op) {
            case Op::eq:
            case Op::lt:
            case Op::lte:
            case Op::gt:
            case Op::gte:               return compares(node.op, value, node.operand.ref());
            case Op::in:                return in(node, value);
            case Op::exists:            return !value.missing();
            case Op::type:              return node.types.contains(value.type());
            case Op::mod:               return has_remainder(node, value);
            case Op::regex:             return pattern(*node.patterns[0], value);
            case Op::size:              return value.type() == Type::array && has_count(value.as_view(), node.number);
            case Op::elem_match_object: return elem_match_object(node, value, details);
            case Op::elem_match_value:  return elem_match_value(node, value, details);
            case Op::bits_all_set:
            case Op::bits_all_clear:
            case Op::bits_any_set:
            case Op::bits_any_clear:    return bits_hold(node, value);
            default:                    return holds(node, {Mode::element, {}, value}, details);
        }
    }

    bool in(const Node& node, ValueRef value) {
        const auto at = std::lower_bound(node.values.begin(), node.values.end(), value,
                                         [](const bson::Value& a, ValueRef b) { return bson::compare(a.ref(), b) < 0; });
        if (at != node.values.end() && bson::compare(at->ref(), value) == 0) return true;
        if (null_like(value.type())) {
            return std::any_of(node.values.begin(), node.values.end(),
                               [](const bson::Value& v) { return v.type() == Type::null; });
        }
        return std::any_of(node.patterns.begin(), node.patterns.end(),
                           [&](const auto& each) { return pattern(*each, value); });
    }

    bool pattern(const Pattern& regex, ValueRef value) {
        if (value.type() == Type::regex) {
            return value.regex_pattern() == regex.pattern() && value.regex_options() == regex.options();
        }
        if (value.type() != Type::string && value.type() != Type::symbol) return false;
        auto matched = regex.matches(value.as_string());
        if (matched) return *matched;
        keep(std::move(matched.error()));
        return false;
    }

    static bool has_count(bson::View array, std::int64_t wanted) noexcept {
        std::int64_t seen = 0;
        for (auto it = array.begin(); it != array.end(); ++it) {
            if (++seen > wanted) return false;
        }
        return seen == wanted;
    }

    bool elem_match_object(const Node& node, ValueRef value, MatchDetails* details) {
        if (value.type() != Type::array) return false;
        std::uint32_t index = 0;
        for (const auto& element : value.as_view()) {
            const Type type = element.value.type();
            // An array counts as a document of its indexes here.
            if ((type == Type::document || type == Type::array) &&
                holds(node.children[0], {Mode::document, element.value.as_view(), {}}, nullptr)) {
                if (details != nullptr) details->element = index;
                return true;
            }
            ++index;
        }
        return false;
    }

    bool elem_match_value(const Node& node, ValueRef value, MatchDetails* details) {
        if (value.type() != Type::array) return false;
        std::uint32_t index = 0;
        for (const auto& element : value.as_view()) {
            const Subject subject{Mode::element, {}, element.value};
            if (std::all_of(node.children.begin(), node.children.end(),
                            [&](const Node& child) { return holds(child, subject, nullptr); })) {
                if (details != nullptr) details->element = index;
                return true;
            }
            ++index;
        }
        return false;
    }

    void keep(Error error) {
        if (!error_) error_ = std::move(error);
    }

    std::optional<Error> error_{};
};

Result<bool> run(const Node& node, const Evaluation::Subject& subject, MatchDetails* details) {
    if (details != nullptr) details->element.reset();
    Evaluation evaluation;
    const bool held = evaluation.holds(node, subject, details);
    if (auto& error = evaluation.error()) return fail(std::move(*error));
    return held;
}

}  // namespace

Result<bool> Filter::matches(bson::View document, MatchDetails* details) const { return matches(root_, document, details); }

Result<bool> Filter::matches(const Node& node, bson::View document, MatchDetails* details) {
    return run(node, {Evaluation::Mode::document, document, {}}, details);
}

Result<bool> Filter::matches_value(bson::ValueRef value) const {
    return run(root_, {Evaluation::Mode::wrapped, {}, value}, nullptr);
}

}  // namespace tenon::mql
