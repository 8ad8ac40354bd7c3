// What MongoDB makes of an expression before the first document: operators on constants become constants, so that one which fails is
// refused on an empty collection too; of what may be regrouped the constants stand last as one; $and and $or are decided by one.
// Values come out the same; which of several faults is met first does not.

#include <iterator>

#include "mql/expression_node.hpp"

namespace tenon::mql {

namespace node {  // expression.cpp
Evaluated constant(Frame& frame, const ExpressionNode& self);
Evaluated field(Frame& frame, const ExpressionNode& self);
Evaluated variable(Frame& frame, const ExpressionNode& self);
Evaluated now(Frame& frame, const ExpressionNode& self);
}  // namespace node

namespace {

bool is_constant(const NodePointer& part) { return !part || part->evaluator == node::constant; }

Result<NodePointer> evaluated(const ExpressionNode& of) {
    const EvaluateContext context;
    Frame                 frame(bson::View(), context);
    auto                  value = evaluate(frame, of);
    if (!value) return fail(std::move(value.error()));
    auto made       = std::make_unique<ExpressionNode>();
    made->evaluator = node::constant;
    made->literal   = bson::Value(*value);
    return made;
}

// An accumulator's only operand may be an array, which is then the list.
bool regroups(const ExpressionNode& of) { return of.grouping != Grouping::none && (!of.accumulates || of.arguments.size() != 1); }

class Regroup {
public:
    explicit Regroup(ExpressionNode& of) : of_(of) {}

    Result<void> run() {
        auto parts = std::move(of_.arguments);
        if (auto taken = take_all(std::move(parts)); !taken) return taken;
        if (auto placed = place_constants(); !placed) return placed;
        of_.arguments = std::move(out_);
        return {};
    }

private:
    Result<void> take_all(std::vector<NodePointer> parts) {
        for (auto& part : parts) {
            if (is_constant(part)) {
                constants_.push_back(std::move(part));
                continue;
            }
            if (part->op == of_.op && regroups(*part)) {
                if (auto taken = take_all(std::move(part->arguments)); !taken) return taken;
                continue;
            }
            if (of_.grouping == Grouping::in_order) {
                if (auto placed = place_constants(); !placed) return placed;
            }
            out_.push_back(std::move(part));
        }
        return {};
    }

    Result<void> place_constants() {
        if (constants_.size() < 2) {
            std::move(constants_.begin(), constants_.end(), std::back_inserter(out_));
        } else {
            of_.arguments = std::move(constants_);
            auto one      = evaluated(of_);
            if (!one) return fail(std::move(one.error()));
            out_.push_back(std::move(*one));
        }
        constants_.clear();
        return {};
    }

    ExpressionNode&          of_;
    std::vector<NodePointer> out_{};
    std::vector<NodePointer> constants_{};
};

void replace_by(NodePointer& at, std::size_t argument) {
    auto chosen = std::move(at->arguments[argument]);
    at          = std::move(chosen);
}

bool truthy(const NodePointer& constant) { return constant && constant->literal.ref().truthy(); }

// Nulls are left out, and what stands behind a constant that is none.
void shorten_if_null(NodePointer& at) {
    auto& all = at->arguments;
    for (std::size_t i = 0; i < all.size();) {
        if (!is_constant(all[i])) {
            ++i;
        } else if (is_nullish(all[i]->literal.ref())) {
            if (all.size() == 1 || i + 1 == all.size()) break;
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            all.resize(i + 1);
            break;
        }
    }
    if (all.size() == 1) replace_by(at, 0);
}

// Arguments are case, then, ..., and the default, which may be null.
void shorten_switch(NodePointer& at) {
    auto& all = at->arguments;
    for (std::size_t i = 0; i + 1 < all.size();) {
        if (!is_constant(all[i])) {
            i += 2;
        } else if (truthy(all[i])) {
            all.back() = std::move(all[i + 1]);
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i), all.end() - 1);
        } else {
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(i) + 2);
        }
    }
    if (all.size() == 1 && all[0]) replace_by(at, 0);
}

// What a branch decides without a document.
void shorten(NodePointer& at) {
    if (at->op == "$cond" && is_constant(at->arguments[0])) replace_by(at, truthy(at->arguments[0]) ? 1 : 2);
    else if (at->op == "$ifNull") shorten_if_null(at);
    else if (at->op == "$switch") shorten_switch(at);
    else if (at->op == "$let" && at->slots.empty()) replace_by(at, 0);
}

Result<void> fold(NodePointer& at) {
    auto& arguments = at->arguments;
    bool  constants = true;
    for (auto& part : arguments) {
        if (!part) continue;
        if (auto done = fold(part); !done) return done;
        constants = constants && is_constant(part);
    }
    const bool reads = at->evaluator == node::field || at->evaluator == node::variable || at->evaluator == node::now;
    if (reads || !at->slots.empty() || at->evaluator == node::constant) return {};
    if (constants) {
        auto one = evaluated(*at);
        if (!one) return fail(std::move(one.error()));
        at = std::move(*one);
        return {};
    }
    if (!regroups(*at)) {
        shorten(at);
        return {};
    }
    if (auto done = Regroup(*at).run(); !done) return done;
    if (at->op != "$and" && at->op != "$or") return {};
    if (!is_constant(arguments.back())) return {};
    if (arguments.back()->literal.ref().truthy() == (at->op == "$or")) {
        NodePointer last = std::move(arguments.back());
        last->literal    = bson::Value(at->op == "$or");
        at               = std::move(last);
    } else {
        arguments.pop_back();
    }
    return {};
}

}  // namespace

Result<void> optimize(NodePointer& root) { return fold(root); }

}  // namespace tenon::mql
