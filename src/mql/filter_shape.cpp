#include "mql/filter_shape.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include <tenon/bson/compare.hpp>

#include "mql/regex.hpp"

namespace tenon::mql::detail {

namespace {

Node leaf(Op op) {
    Node node;
    node.op = op;
    return node;
}

// Children with those of the same operator in their place, as they were written; `neutral` ones are left out.
std::vector<Node> merge(Op op, Op neutral, std::vector<Node> children) {
    std::vector<Node> merged;
    merged.reserve(children.size());
    for (Node& child : children) {
        if (child.op == op && op == Op::and_) {
            for (const auto at : child.written) merged.push_back(std::move(child.children[at]));
        } else if (child.op == op) {
            std::move(child.children.begin(), child.children.end(), std::back_inserter(merged));
        } else if (child.op != neutral) {
            merged.push_back(std::move(child));
        }
    }
    return merged;
}

// By operator, then path; equal ones stay in the order they were written.
std::vector<Node> in_order_of_evaluation(std::vector<Node> children, std::vector<std::uint32_t>& written) {
    std::vector<std::uint32_t> order(children.size());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        const Node& left  = children[a];
        const Node& right = children[b];
        if (left.op != right.op) return left.op < right.op;
        const int paths = left.path.text().compare(right.path.text());
        return paths != 0 ? paths < 0 : a < b;
    });
    std::vector<Node> ordered;
    ordered.reserve(children.size());
    for (const auto at : order) ordered.push_back(std::move(children[at]));
    written.resize(order.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) written[order[place]] = place;
    return ordered;
}

bool has(const std::vector<Node>& children, Op op) {
    return std::ranges::any_of(children, [op](const Node& child) { return child.op == op; });
}

Node logical(Op op, Op nothing, std::vector<Node> children) {
    if (children.empty()) return leaf(nothing);
    if (children.size() == 1) return std::move(children.front());
    Node node     = leaf(op);
    node.children = std::move(children);
    return node;
}

// A literal that is a regex stays under or_: in an `in` it would be a pattern.
bool are_equalities_of_one_path(const std::vector<Node>& children) {
    return std::ranges::all_of(children, [&](const Node& child) {
        return child.op == Op::eq && child.path == children.front().path && child.operand.type() != bson::Type::regex;
    });
}

}  // namespace

Node all_of(std::vector<Node> children) {
    if (has(children, Op::always_false)) return leaf(Op::always_false);
    children = merge(Op::and_, Op::always_true, std::move(children));
    std::vector<std::uint32_t> written;
    children     = in_order_of_evaluation(std::move(children), written);
    Node all     = logical(Op::and_, Op::always_true, std::move(children));
    if (all.op == Op::and_) all.written = std::move(written);
    return all;
}

Node any_of(std::vector<Node> children) {
    if (has(children, Op::always_true)) return leaf(Op::always_true);
    children = merge(Op::or_, Op::always_false, std::move(children));
    if (children.size() > 1 && are_equalities_of_one_path(children)) {
        Node in = leaf(Op::in);
        in.path = children.front().path;
        for (Node& child : children) in.values.push_back(std::move(child.operand));
        return membership(std::move(in));
    }
    return logical(Op::or_, Op::always_false, std::move(children));
}

Node none_of(std::vector<Node> children) {
    if (has(children, Op::always_true)) return leaf(Op::always_false);
    std::erase_if(children, [](const Node& child) { return child.op == Op::always_false; });
    if (children.empty()) return leaf(Op::always_true);
    Node node     = leaf(Op::nor);
    node.children = std::move(children);
    return node;
}

Node negation(Node child) {
    if (child.op == Op::always_true) return leaf(Op::always_false);
    if (child.op == Op::always_false) return leaf(Op::always_true);
    Node node = leaf(Op::not_);
    node.children.push_back(std::move(child));
    return node;
}

Node membership(Node in) {
    std::ranges::sort(in.values, [](const bson::Value& a, const bson::Value& b) { return bson::compare(a.ref(), b.ref()) < 0; });
    const auto repeats =
        std::ranges::unique(in.values, [](const bson::Value& a, const bson::Value& b) { return bson::equal(a.ref(), b.ref()); });
    in.values.erase(repeats.begin(), repeats.end());
    if (in.values.empty() && in.patterns.empty()) return leaf(Op::always_false);
    if (in.values.size() == 1 && in.patterns.empty()) {
        in.op      = Op::eq;
        in.operand = std::move(in.values.front());
        in.values.clear();
    } else if (in.values.empty() && in.patterns.size() == 1) {
        in.op      = Op::regex;
        in.operand = bson::Value(bson::Regex{in.patterns[0]->pattern(), in.patterns[0]->options()});
    }
    return in;
}

}  // namespace tenon::mql::detail
