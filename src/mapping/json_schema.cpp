// An entity's shape as MongoDB's $jsonSchema.

#include <tenon/mapping/json.hpp>

namespace tenon::mapping {

namespace {

void describe(bson::Builder& out, const TypeInfo& type, std::size_t depth);

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
        describe(out, type.fields[i].type(), depth + 1);
        out.close();
    }
    out.close();
}

void describe(bson::Builder& out, const TypeInfo& type, std::size_t depth) {
    if (type.type != 0) describe_type(out, type.type, type.nullable);
    // A type that holds itself is described to a depth that documents do not reach in earnest.
    if (depth > 8) return;
    switch (type.shape) {
        case Shape::structure: describe_fields(out, type, depth); break;
        case Shape::array:
            out.open_document("items");
            describe(out, type.element(), depth + 1);
            out.close();
            break;
        case Shape::map:
            out.open_document("additionalProperties");
            describe(out, type.element(), depth + 1);
            out.close();
            break;
        case Shape::variant:
            out.open_array("anyOf");
            for (std::size_t i = 0; i < type.alternative_count; ++i) {
                out.push_document();
                describe(out, type.alternatives[i](), depth + 1);
                out.close();
            }
            out.close();
            break;
        case Shape::value:
            if (type.names != nullptr) {
                out.open_array("enum");
                for (std::size_t i = 0; i < type.name_count; ++i) out.push(type.names[i]);
                if (type.nullable) out.push(bson::Null{});
                out.close();
            }
            break;
        case Shape::any: break;
    }
}

}  // namespace

bson::Document json_schema_of(const TypeInfo& type) {
    bson::Builder out;
    describe(out, type, 0);
    return out.take();
}

}  // namespace tenon::mapping
