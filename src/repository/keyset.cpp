#include "repository/keyset.hpp"

#include <limits>

#include "repository/document_edit.hpp"

namespace tenon::repository {

Result<PageOrder> PageOrder::of(bson::View sort, bool collated) {
    PageOrder order;
    order.collated_ = collated;
    for (const auto& [path, direction] : sort) {
        const auto number = direction.to_int64();
        if (direction.type() == bson::Type::document) {
            return fail(Errc::unsupported, "a page cannot be sorted by a computed value such as $meta", std::string(path));
        }
        if (number != 1 && number != -1) {
            return fail(Errc::invalid_argument, "the direction of sort key \"" + std::string(path) + "\" is 1 or -1", std::string(path));
        }
        order.parts_.push_back({std::string(path), *number == -1});
        if (path == "_id") return order;  // no two documents of a page share it: keys behind it decide nothing
    }
    // In the direction of the last key, so that an index on the keys and _id can be read in one direction.
    const bool descending = !order.parts_.empty() && order.parts_.back().descending;
    order.parts_.push_back({"_id", descending});
    return order;
}

bson::Document PageOrder::sort(bool reversed) const {
    bson::Builder sort;
    for (const auto& part : parts_) sort.append(part.path, part.descending == reversed ? 1 : -1);
    return sort.take();
}

namespace {

/// What a sort sees at a path; missing behind a scalar. An array on the way is returned as it is met.
bson::ValueRef sorted_by(bson::View document, std::string_view path) noexcept {
    bson::ValueRef value(bson::Type::document, document.data(), document.size());
    while (!path.empty()) {
        if (value.type() != bson::Type::document) return value.type() == bson::Type::array ? value : bson::ValueRef{};
        const auto dot = path.find('.');
        value          = value.as_view()[path.substr(0, dot)];
        path           = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return value;
}

/// Whether a collation has a say in how a value compares. (An id holds no array but inside of a document.)
bool holds_text(bson::ValueRef value) noexcept {
    if (value.type() == bson::Type::string || value.type() == bson::Type::symbol) return true;
    if (value.type() != bson::Type::document && value.type() != bson::Type::array) return false;
    for (const auto& element : value.as_view()) {
        if (holds_text(element.value)) return true;
    }
    return false;
}

}  // namespace

Result<void> PageOrder::has_one_place(bson::ValueRef value, const std::string& path) const {
    if (value.type() == bson::Type::array) {
        return fail(Errc::unsupported,
                    "a page cannot be sorted by \"" + path + "\": a document of it holds an array there, which has many places in the order", path);
    }
    if (value.type() == bson::Type::undefined) {
        return fail(Errc::unsupported, "a page cannot be sorted by \"" + path + "\": a document holds the deprecated type undefined there", path);
    }
    if (collated_ && path == "_id" && holds_text(value)) {
        return fail(Errc::unsupported, "a page under a collation needs ids without text: those that it holds equal have no order to go on from",
                    "collation");
    }
    return {};
}

Result<bson::Document> PageOrder::key(bson::View document) const {
    bson::Builder key;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto value = sorted_by(document, parts_[i].path);
        if (auto fine = has_one_place(value, parts_[i].path); !fine) return fail(std::move(fine).error());
        key.append(std::to_string(i), value ? value : Scalar::null().ref());
    }
    return key.finish();
}

Result<void> PageOrder::check(bson::View document) const {
    for (const auto& part : parts_) {
        if (auto fine = has_one_place(sorted_by(document, part.path), part.path); !fine) return fine;
    }
    return {};
}

Step step_of(bson::ValueRef value) noexcept {
    switch (value.type()) {
        case bson::Type::min_key: return Step::min_key;
        case bson::Type::missing:
        case bson::Type::undefined:
        case bson::Type::null: return Step::null;
        case bson::Type::float64: {
            const double number = value.as_double();
            return number != number ? Step::nan : Step::number;
        }
        case bson::Type::decimal128: return value.as_decimal128().is_nan() ? Step::nan : Step::number;
        case bson::Type::int32:
        case bson::Type::int64: return Step::number;
        case bson::Type::string:
        case bson::Type::symbol: return Step::string;
        case bson::Type::document: return Step::document;
        case bson::Type::array: return Step::array;
        case bson::Type::binary: return Step::binary;
        case bson::Type::object_id: return Step::object_id;
        case bson::Type::boolean: return Step::boolean;
        case bson::Type::datetime: return Step::date;
        case bson::Type::timestamp: return Step::timestamp;
        case bson::Type::regex: return Step::regex;
        case bson::Type::db_pointer: return Step::db_pointer;
        case bson::Type::code: return Step::code;
        case bson::Type::code_scope: return Step::code_scope;
        case bson::Type::max_key: return Step::max_key;
    }
    return Step::max_key;
}

namespace {

/// What a sort takes for null. Behind a dot that is more than what `null` matches: {s: []} and {s: [5]} have nothing at "s.b", and must be met to be
/// refused.
void add_null(bson::Document& filter, const std::string& path) {
    const bson::Value null{bson::Null{}};
    if (path.find('.') == std::string::npos) return add_condition(filter, path, "$eq", null);
    bson::Builder either;
    either.open_array("$or");
    either.push_document().open_document(path).append("$eq", null).close().close();
    either.push_document().open_document(path).append("$exists", false).close().close();
    add_condition(filter, "$or", either.close().take()["$or"]);
}

}  // namespace

void add_equalities(bson::Document& filter, const PageOrder& order, bson::View key, std::size_t equal) {
    auto value = key.begin();
    for (std::size_t i = 0; i < equal; ++i, ++value) {
        const auto& path = order.parts()[i].path;
        if (value->value.type() == bson::Type::null) add_null(filter, path);
        else add_condition(filter, path, "$eq", value->value);
    }
}

namespace {

/// {$type: alias} with a comparison of expressions, for types that a filter's operators cannot compare.
void add_expression(bson::Document& filter, const std::string& path, const char* alias, const char* op, bson::ValueRef value) {
    add_condition(filter, path, "$type", bson::Value(alias));
    bson::Builder expression;
    expression.open_document("e").open_array(op).push("$" + path).push_document().append("$literal", value).close().close().close();
    add_condition(filter, "$expr", expression.take()["e"]);
}

}  // namespace

bool add_behind(bson::Document& filter, const std::string& path, bson::ValueRef value, bool descending) {
    const char* op = descending ? "$lt" : "$gt";
    switch (step_of(value)) {
        case Step::min_key:
        case Step::empty_array:
        case Step::null:
        case Step::nan:
        case Step::max_key: return false;  // all values of these are equal
        case Step::regex: add_expression(filter, path, "regex", op, value); return true;
        case Step::db_pointer: add_expression(filter, path, "dbPointer", op, value); return true;
        case Step::code_scope: add_expression(filter, path, "javascriptWithScope", op, value); return true;
        default: add_condition(filter, path, op, value); return true;
    }
}

void add_step(bson::Document& filter, const std::string& path, Step step) {
    using bson::Value;
    // The least value of the type: a range has bounds in an index where {$type: ...} has none.
    const auto from = [&](const Value& least) { add_condition(filter, path, "$gte", least); };
    const auto type = [&](const char* alias) { add_condition(filter, path, "$type", Value(alias)); };
    switch (step) {
        case Step::min_key: add_condition(filter, path, "$eq", Value(bson::MinKey{})); break;
        case Step::empty_array: add_condition(filter, path, "$eq", Value(bson::Array{})); break;
        case Step::null: add_null(filter, path); break;
        case Step::nan: add_condition(filter, path, "$eq", Value(std::numeric_limits<double>::quiet_NaN())); break;
        case Step::number: from(Value(-std::numeric_limits<double>::infinity())); break;
        case Step::string: from(Value("")); break;
        case Step::document: from(Value(bson::Document())); break;
        case Step::array: type("array"); break;
        case Step::binary: from(Value(bson::Binary{})); break;
        case Step::object_id: from(Value(bson::ObjectId{})); break;
        case Step::boolean: from(Value(false)); break;
        case Step::date: from(Value(bson::DateTime(std::numeric_limits<std::int64_t>::min()))); break;
        case Step::timestamp: from(Value(bson::Timestamp{})); break;
        case Step::regex: type("regex"); break;
        case Step::db_pointer: type("dbPointer"); break;
        case Step::code: type("javascript"); break;
        case Step::code_scope: type("javascriptWithScope"); break;
        case Step::max_key: add_condition(filter, path, "$eq", Value(bson::MaxKey{})); break;
    }
}

}  // namespace tenon::repository
