// An entity's document as plain JSON.

#include <algorithm>
#include <cmath>

#include <tenon/bson/json.hpp>
#include <tenon/mapping/json.hpp>

#include "bson/base64.hpp"
#include "mapping/json_names.hpp"

namespace tenon::mapping {

namespace {

void write_value(std::string& out, bson::ValueRef value, const TypeInfo* type);

void write_text(std::string& out, std::string_view text) { out += bson::to_json(bson::Value(text).ref()); }

void write_object(std::string& out, bson::View document, const TypeInfo* type) {
    const bool structure = type != nullptr && type->shape == Shape::structure;
    bool       first     = true;
    out += '{';
    for (const bson::Element& element : document) {
        const TypeInfo*  field = type != nullptr && type->shape == Shape::map ? &type->element() : nullptr;
        std::string_view name  = element.key;
        if (structure) {
            const auto* known = std::find_if(type->fields, type->fields + type->field_count,
                                             [&](const FieldInfo& f) { return f.name == element.key; });
            if (known != type->fields + type->field_count) {
                if (known->hidden) continue;
                field = &known->type();
                name  = shown(name);
            } else {
                name = across_id(name, *type);
            }
        }
        if (!first) out += ',';
        first = false;
        write_text(out, name);
        out += ':';
        write_value(out, element.value, field);
    }
    out += '}';
}

/// The alternative of a variant that a document or a list is of: its rules hold for what is inside.
const TypeInfo* alternative_of(const TypeInfo& type, bson::ValueRef value) {
    const TypeInfo* chosen = nullptr;
    for (std::size_t i = 0; i < type.alternative_count; ++i) {
        const Tag& tag = type.tags[i];
        if (tag.key.empty()) {
            if (type.alternatives[i]().type == static_cast<Byte>(value.type())) chosen = &type.alternatives[i]();
            continue;
        }
        if (value.type() != bson::Type::document) continue;
        const auto name = value.as_view()[tag.key];
        if (name.type() == bson::Type::string && name.as_string() == tag.name) chosen = &type.alternatives[i]();
    }
    return chosen;
}

void write_value(std::string& out, bson::ValueRef value, const TypeInfo* type) {
    if (type != nullptr && type->shape == Shape::variant) type = alternative_of(*type, value);
    switch (value.type()) {
        case bson::Type::document: write_object(out, value.as_view(), type); return;
        case bson::Type::array: {
            const TypeInfo* element = type != nullptr && type->shape == Shape::array ? &type->element() : nullptr;
            bool            first   = true;
            out += '[';
            for (const bson::Element& e : value.as_view()) {
                if (!first) out += ',';
                first = false;
                write_value(out, e.value, element);
            }
            out += ']';
            return;
        }
        case bson::Type::object_id: out.append("\"").append(value.as_object_id().to_string()).append("\""); return;
        case bson::Type::datetime: out.append("\"").append(value.as_datetime().to_string()).append("\""); return;
        case bson::Type::decimal128: out.append("\"").append(value.as_decimal128().to_string()).append("\""); return;
        case bson::Type::binary: {
            const auto bytes = value.binary_bytes();
            // A member that takes any binary is read from base64 alone.
            const bool declared = type != nullptr && type->shape == Shape::value && !type->uuid;
            out += '"';
            if (value.binary_subtype() == 4 && bytes.size() == 16 && !declared) {
                bson::Uuid uuid;
                std::copy(bytes.begin(), bytes.end(), uuid.bytes.begin());
                out += uuid.to_string();
            } else {
                bson::detail::append_base64(bytes, out);
            }
            out += '"';
            return;
        }
        case bson::Type::float64:
            if (!std::isfinite(value.as_double())) {
                out += "null";
                return;
            }
            break;
        default: break;
    }
    out += bson::to_json(value);
}

}  // namespace

std::string write_json(bson::View document, const TypeInfo& type) {
    std::string out;
    write_object(out, document, &type);
    return out;
}

}  // namespace tenon::mapping
