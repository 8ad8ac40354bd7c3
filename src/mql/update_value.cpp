#include "mql/update_value.hpp"

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"

namespace tenon::mql {

using bson::Type;
using bson::Value;
using bson::ValueRef;

namespace {

std::string type_name(Type type) { return std::string(bson::name(type)); }

Result<bool> set(MutableDocument& document, MutableNode& element, ValueRef value) {
    if (document.value(element).identical(value)) return false;
    document.set(element, value);
    return true;
}

Result<bool> unset(MutableDocument& document, MutableNode& element) {
    static constexpr ValueRef null(Type::null, nullptr, 0);
    if (element.parent->type == Type::array) {  // removing it would move the others
        document.set(element, null);
    } else {
        document.remove(element);
    }
    return true;
}

Result<bool> arithmetic(MutableDocument& document, MutableNode& element, const Modifier& modifier, const std::string& path) {
    const bool inc = modifier.op == UpdateOperator::inc;
    if (!bson::is_number(element.type)) {
        return mql_error(code::type_mismatch, std::string("cannot apply ") + (inc ? "$inc" : "$mul") + " to the field '" + path +
                         "' of non-numeric type " + type_name(element.type), path);
    }
    const Number old      = Number::from(element.value);
    const Number argument = Number::from(modifier.argument);
    const auto   result   = inc ? add(old, argument) : multiply(old, argument);
    if (!result) return mql_error(code::bad_value, "the result at '" + path + "' does not fit an int64", path);
    if (result->identical(old)) return false;
    document.set(element, document.keep(result->value()));
    return true;
}

Result<bool> bit(MutableDocument& document, MutableNode& element, const Modifier& modifier, const std::string& path) {
    if (element.type != Type::int32 && element.type != Type::int64) {
        return mql_error(code::bad_value, "cannot apply $bit to the field '" + path + "' of non-integer type " +
                         type_name(element.type), path);
    }
    const Number old    = Number::from(element.value);
    Number       result = old;
    for (const auto& [operation, operand] : modifier.bits) result = bitwise(operation, result, operand);
    if (result.identical(old)) return false;
    document.set(element, document.keep(result.value()));
    return true;
}

// $min keeps the lower of both, $max the higher, by MongoDB's order over all types.
Result<bool> extreme(MutableDocument& document, MutableNode& element, const Modifier& modifier) {
    const int order = bson::compare(document.value(element), modifier.argument);
    if (modifier.op == UpdateOperator::min ? order <= 0 : order >= 0) return false;
    document.set(element, modifier.argument);
    return true;
}

Value current_date(const Modifier& modifier, const ApplyContext& context) {
    return modifier.timestamp ? Value(context.timestamp) : Value(context.now);
}

int not_an_array_code(UpdateOperator op) noexcept { return op == UpdateOperator::pop ? code::type_mismatch : code::bad_value; }

}  // namespace

Result<bool> modify_element(MutableDocument& document, MutableNode& element, const Modifier& modifier,
                            const ApplyContext& context, const std::string& path) {
    switch (modifier.op) {
        case UpdateOperator::set:
        case UpdateOperator::set_on_insert: return set(document, element, modifier.argument);
        case UpdateOperator::unset: return unset(document, element);
        case UpdateOperator::inc:
        case UpdateOperator::mul: return arithmetic(document, element, modifier, path);
        case UpdateOperator::min:
        case UpdateOperator::max: return extreme(document, element, modifier);
        case UpdateOperator::current_date: document.set(element, document.keep(current_date(modifier, context))); return true;
        case UpdateOperator::bit: return bit(document, element, modifier, path);
        case UpdateOperator::push:
        case UpdateOperator::pop:
        case UpdateOperator::pull:
        case UpdateOperator::pull_all:
        case UpdateOperator::add_to_set:
            if (element.type != Type::array) {
                return mql_error(not_an_array_code(modifier.op), "the field '" + path + "' must be an array but is of type " +
                                 type_name(element.type), path);
            }
            return modify_array(document, element, modifier);
        case UpdateOperator::rename:
        case UpdateOperator::rename_source: return false;
    }
    return false;
}

bool creates(UpdateOperator op) noexcept {
    switch (op) {
        case UpdateOperator::set:
        case UpdateOperator::set_on_insert:
        case UpdateOperator::inc:
        case UpdateOperator::mul:
        case UpdateOperator::min:
        case UpdateOperator::max:
        case UpdateOperator::rename:
        case UpdateOperator::current_date:
        case UpdateOperator::push:
        case UpdateOperator::add_to_set:
        case UpdateOperator::bit: return true;
        case UpdateOperator::unset:
        case UpdateOperator::pop:
        case UpdateOperator::pull:
        case UpdateOperator::pull_all:
        case UpdateOperator::rename_source: return false;
    }
    return false;
}

MutableNode& make_element(MutableDocument& document, std::string_view key, const Modifier& modifier, const ApplyContext& context) {
    switch (modifier.op) {
        case UpdateOperator::mul: {  // as if a zero had been there
            const auto product = multiply(Number(std::int32_t{0}), Number::from(modifier.argument));
            return document.make(key, document.keep(product ? product->value() : Value(std::int32_t{0})));
        }
        case UpdateOperator::bit: {
            Number result(std::int32_t{0});
            for (const auto& [operation, operand] : modifier.bits) result = bitwise(operation, result, operand);
            return document.make(key, document.keep(result.value()));
        }
        case UpdateOperator::current_date: return document.make(key, document.keep(current_date(modifier, context)));
        case UpdateOperator::push:
        case UpdateOperator::add_to_set: {
            MutableNode& array = document.make_empty(key, Type::array);
            (void)modify_array(document, array, modifier);  // only $pull's condition can fail
            return array;
        }
        default: return document.make(key, modifier.argument);
    }
}

}  // namespace tenon::mql
