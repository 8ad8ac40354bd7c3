// An entity's shape as MongoDB's $jsonSchema.

#include <tenon/mapping/json.hpp>

namespace tenon::mapping {

namespace {

/// `nullable`: a null is stored here as well.
void describe(bson::Builder& out, const TypeInfo& type, bool nullable, std::size_t depth);

void describe_type(bson::Builder& out, Byte type, bool nullable) {
    const auto name = bson::name(static_cast<bson::Type>(type));
    if (nullable) {
        out.open_array("bsonType").push(name).push("null").close();
    } else {
        out.append("bsonType", name);
    }
}

void describe_fields(bson::Builder& out, const TypeInfo& type, std::size_t depth) {
    bool any = false;
    for (std::size_t i = 0; i < type.field_count; ++i) {
        const FieldInfo& field = type.fields[i];
        if (field.name.empty() || field.nullable) continue;
        if (!any) out.open_array("required");
        any = true;
        out.push(field.name);
    }
    if (any) out.close();
    out.open_document("properties");
    for (std::size_t i = 0; i < type.field_count; ++i) {
        if (type.fields[i].name.empty()) continue;
        out.open_document(type.fields[i].name);
        const TypeInfo& of = type.fields[i].type();
        describe(out, of, type.fields[i].nullable || of.nullable, depth + 1);
        out.close();
    }
    out.close();
}

void describe(bson::Builder& out, const TypeInfo& type, bool nullable, std::size_t depth) {
    if (type.type != 0) describe_type(out, type.type, nullable);
    // A type that holds itself is described to a depth that documents do not reach in earnest.
    if (depth > 8) return;
    switch (type.shape) {
        case Shape::structure: describe_fields(out, type, depth); break;
        case Shape::array:
            out.open_document("items");
            describe(out, type.element(), type.element().nullable, depth + 1);
            out.close();
            break;
        case Shape::map:
            out.open_document("additionalProperties");
            describe(out, type.element(), type.element().nullable, depth + 1);
            out.close();
            break;
        case Shape::variant:
            out.open_array("anyOf");
            for (std::size_t i = 0; i < type.alternative_count; ++i) {
                out.push_document();
                describe(out, type.alternatives[i](), false, depth + 1);
                out.close();
            }
            if (nullable) out.push_document().append("bsonType", "null").close();
            out.close();
            break;
        case Shape::value:
            if (type.names != nullptr) {
                out.open_array("enum");
                for (std::size_t i = 0; i < type.name_count; ++i) out.push(type.names[i]);
                if (nullable) out.push(bson::Null{});
                out.close();
            }
            break;
        case Shape::any: break;
    }
}

}  // namespace

bson::Document json_schema_of(const TypeInfo& type) {
    bson::Builder out;
    describe(out, type, false, 0);
    return out.take();
}

}  // namespace tenon::mapping
