#include "mql/expression.hpp"

#include <algorithm>

#include <tenon/bson/compare.hpp>

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

bson::DateTime Frame::now() {
    if (!now_) now_ = context_.now ? *context_.now : bson::DateTime::now();
    return *now_;
}

Result<std::vector<ValueRef>> all_arguments(Frame& frame, const ExpressionNode& node) {
    std::vector<ValueRef> out;
    out.reserve(node.arguments.size());
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
        auto value = argument(frame, node, i);
        if (!value) return fail(std::move(value.error()));
        out.push_back(*value);
    }
    return out;
}

int compare_values(ValueRef a, ValueRef b) noexcept {
    // Here missing and undefined are one value below null; bson::compare puts undefined and null together.
    const auto absent = [](ValueRef v) { return v.missing() || v.type() == Type::undefined; };
    if (absent(a) && absent(b)) return 0;
    if (absent(a)) return b.type() == Type::min_key ? 1 : -1;
    if (absent(b)) return a.type() == Type::min_key ? -1 : 1;
    return bson::compare(a, b);
}

std::string type_name(ValueRef value) { return std::string(bson::name(value.type())); }

ValueRef make_array(Frame& frame, const std::vector<ValueRef>& values) {
    bson::Builder builder;
    builder.open_array("v");
    for (const auto& value : values) {
        if (value.missing()) {
            builder.push(bson::Null{});
        } else {
            builder.push(value);
        }
    }
    builder.close();
    auto built = builder.finish();
    return built ? frame.keep(bson::Value((*built)["v"])) : null_value();
}

ValueRef make_bool(Frame& frame, bool value) { return frame.keep(bson::Value(value)); }

std::vector<ValueRef> elements_of(ValueRef array) {
    std::vector<ValueRef> out;
    for (const auto& element : array.as_view()) out.push_back(element.value);
    return out;
}

Evaluated finish_value(Frame& frame, bson::Builder& builder, std::string_view key) {
    auto built = builder.finish();
    if (!built) return fail(std::move(built.error()));
    return frame.keep(bson::Value((*built)[key]));
}

namespace {

// What a tree reads from the document. False when it may be all of it.
bool collect_paths(const ExpressionNode& node, std::vector<std::string>& out);

}  // namespace

// Evaluators of the nodes that are no operators; collect_paths tells the nodes apart by them.
namespace node {
Evaluated constant(Frame&, const ExpressionNode& self) { return self.literal.ref(); }
Evaluated array(Frame& frame, const ExpressionNode& self);
Evaluated object(Frame& frame, const ExpressionNode& self);
Evaluated field(Frame& frame, const ExpressionNode& self);
Evaluated variable(Frame& frame, const ExpressionNode& self);
Evaluated now(Frame& frame, const ExpressionNode&) { return frame.keep(bson::Value(frame.now())); }
}  // namespace node

namespace {

ValueRef walk(Frame& frame, bson::View document, const FieldPath& path, std::size_t part);

// The path in each document of an array, missing ones left out. Arrays in arrays are not entered.
ValueRef walk_array(Frame& frame, bson::View array, const FieldPath& path, std::size_t part) {
    std::vector<ValueRef> found;
    for (const auto& element : array) {
        if (element.value.type() != Type::document) continue;
        const ValueRef value = walk(frame, element.value.as_view(), path, part);
        if (!value.missing()) found.push_back(value);
    }
    return make_array(frame, found);
}

ValueRef walk(Frame& frame, bson::View document, const FieldPath& path, std::size_t part) {
    const ValueRef value = document[path[part]];
    if (part + 1 == path.size()) return value;
    if (value.type() == Type::document) return walk(frame, value.as_view(), path, part + 1);
    if (value.type() == Type::array) return walk_array(frame, value.as_view(), path, part + 1);
    return {};
}

}  // namespace

Evaluated node::array(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    return make_array(frame, *values);
}

Evaluated node::object(Frame& frame, const ExpressionNode& self) {
    bson::Builder builder;
    builder.open_document("v");
    for (std::size_t i = 0; i < self.names.size(); ++i) {
        auto value = argument(frame, self, i);
        if (!value) return value;
        builder.append(self.names[i], *value);
    }
    builder.close();
    return finish_value(frame, builder, "v");
}

Evaluated node::field(Frame& frame, const ExpressionNode& self) {
    if (self.path.empty()) return ValueRef(Type::document, frame.root().data(), frame.root().size());
    return walk(frame, frame.root(), self.path, 0);
}

Evaluated node::variable(Frame& frame, const ExpressionNode& self) {
    const ValueRef value = frame.variable(self.slots[0]);
    if (self.path.empty()) return value;
    if (value.type() == Type::document) return walk(frame, value.as_view(), self.path, 0);
    if (value.type() == Type::array) return walk_array(frame, value.as_view(), self.path, 0);
    return ValueRef();
}

namespace {

bool collect_paths(const ExpressionNode& self, std::vector<std::string>& out) {
    if (self.evaluator == node::field) {
        if (self.path.empty()) return false;
        out.push_back(self.path.text());
    }
    return std::all_of(self.arguments.begin(), self.arguments.end(),
                       [&](const NodePointer& child) { return !child || collect_paths(*child, out); });
}

}  // namespace

Result<Expression> Expression::parse(ValueRef expression) {
    auto parsed = parse_expression(expression, Scope());
    if (!parsed) return fail(std::move(parsed.error()));
    Expression out;
    out.root_ = std::move(*parsed);
    return out;
}

Result<void> Expression::optimize() {
    if (!root_) return {};
    auto whole = std::make_unique<ExpressionNode>(std::move(*root_));
    auto done  = mql::optimize(whole);
    *root_     = std::move(*whole);  // in its place: copies share it
    return done;
}

Result<bson::Value> Expression::evaluate(bson::View root, const EvaluateContext& context) const {
    if (!root_) return bson::Value();
    Frame frame(root, context);
    auto  value = mql::evaluate(frame, *root_);
    if (!value) return fail(std::move(value.error()));
    return bson::Value(*value);
}

bool Expression::required_paths(std::vector<std::string>& out) const { return !root_ || collect_paths(*root_, out); }

}  // namespace tenon::mql
