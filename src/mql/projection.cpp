#include "mql/projection.hpp"

#include <algorithm>
#include <set>

#include "mql/mql_error.hpp"
#include "mql/projection_node.hpp"

namespace tenon::mql {

using bson::Builder;
using bson::Type;
using bson::Value;
using bson::ValueRef;

namespace {

using Kind = ProjectionField::Kind;

// Writes the projected form of documents. A value is "kept" by appending it under its key; what projects to nothing is not written.
Result<void> first_fault_below(const ProjectionNode& node, ValueRef value, bson::View root);

class Writer {
public:
    Writer(const detail::ProjectionProgram& program, bson::View root) : program_(program), root_(root) {}

    Result<void> document(const ProjectionNode& node, bson::View input, Builder& out) {
        std::set<std::string_view> done;  // computed names that stood in the input
        for (const auto& element : input) {
            const auto at = node.fields.find(element.key);
            if (at == node.fields.end()) {
                if (!program_.inclusion) out.append(element.key, element.value);
                continue;
            }
            const ProjectionField& field = at->second;
            switch (field.kind) {
                case Kind::keep:
                case Kind::sliced: out.append(element.key, element.value); break;
                case Kind::drop: break;
                case Kind::branch:
                    if (auto written = branch(*field.below, element.key, element.value, out); !written) return written;
                    done.insert(at->first);
                    break;
                case Kind::computed:
                case Kind::elem_match:
                    if (program_.inclusion) break;  // comes behind the fields of the document
                    if (auto written = computed(field, element.key, out); !written) return written;
                    done.insert(at->first);
                    break;
            }
        }
        if (!node.computes) return {};
        for (const auto& name : node.order) {
            if (done.contains(name)) continue;
            const ProjectionField& field = node.fields.find(name)->second;
            if (field.kind != Kind::branch) {
                if (auto written = computed(field, name, out); !written) return written;
            } else if (field.below->computes) {
                out.open_document(name);
                if (auto written = document(*field.below, bson::View(), out); !written) return written;
                out.close();
            }
        }
        return {};
    }

private:
    Result<void> branch(const ProjectionNode& node, std::string_view key, ValueRef value, Builder& out) {
        switch (value.type()) {
            case Type::document: {
                out.open_document(key);
                auto written = document(node, value.as_view(), out);
                out.close();
                return written;
            }
            case Type::array: {
                out.open_array(key);
                std::size_t index = 0;
                for (const auto& element : value.as_view()) {
                    if (!writes(node, element.value)) continue;
                    if (auto written = branch(node, std::to_string(index++), element.value, out); !written) return written;
                }
                out.close();
                return {};
            }
            default:
                if (node.computes) {  // a scalar gives way to a document of what is computed
                    out.open_document(key);
                    auto written = document(node, bson::View(), out);
                    out.close();
                    return written;
                }
                if (!program_.inclusion) out.append(key, value);
                return {};
        }
    }

    // Whether an element of an array leaves anything.
    bool writes(const ProjectionNode& node, ValueRef value) const {
        return value.type() == Type::document || value.type() == Type::array || node.computes || !program_.inclusion;
    }

    Result<void> computed(const ProjectionField& field, std::string_view key, Builder& out) {
        if (field.filter) return matched_element(*field.filter, key, out);
        auto value = field.expression.evaluate(root_);
        if (!value) return fail(std::move(value.error()));
        out.append(key, value->ref());
        return {};
    }

    Result<void> matched_element(const Filter& filter, std::string_view key, Builder& out) {
        const ValueRef array = root_[key];
        if (array.type() != Type::array) return {};
        Builder alone;
        alone.append(key, array);
        auto document = alone.finish();
        if (!document) return fail(std::move(document.error()));
        MatchDetails details;
        const auto   matches = filter.matches(*document, &details);
        if (!matches) return fail(matches.error());
        if (!*matches || !details.element) return {};
        std::uint32_t index = 0;
        for (const auto& element : array.as_view()) {
            if (index++ != *details.element) continue;
            out.open_array(key).push(element.value).close();
            break;
        }
        return {};
    }

    const detail::ProjectionProgram& program_;
    bson::View                       root_;
};

// Evaluates all that a projection computes in this part of a document.
Result<void> first_fault(const ProjectionNode& node, bson::View part, bson::View root) {
    for (const auto& key : node.order) {
        const auto& field = node.fields.find(key)->second;
        if (field.kind == ProjectionField::Kind::computed) {
            if (auto value = field.expression.evaluate(root); !value) return fail(std::move(value.error()));
        } else if (field.kind == ProjectionField::Kind::branch) {
            if (auto below = first_fault_below(*field.below, part[key], root); !below) return below;
        }
    }
    return {};
}

Result<void> first_fault_below(const ProjectionNode& node, ValueRef value, bson::View root) {
    if (value.type() != Type::array) return first_fault(node, value.type() == Type::document ? value.as_view() : bson::View(), root);
    for (const auto& element : value.as_view()) {
        if (auto below = first_fault_below(node, element.value, root); !below) return below;
    }
    return {};
}

void append_slice(const ProjectionSlice& slice, std::string_view key, bson::View array, Builder& out) {
    const auto   count = static_cast<std::int64_t>(array.count());
    std::int64_t first = slice.skip >= 0 ? slice.skip : std::max<std::int64_t>(count + slice.skip, 0);
    std::int64_t last  = count;
    if (slice.has_limit) {
        last = first + slice.limit;
    } else if (slice.skip >= 0) {
        first = 0;
        last  = slice.skip;
    }
    out.open_array(key);
    std::int64_t index = 0;
    for (const auto& element : array) {
        if (index >= first && index < last) out.push(element.value);
        ++index;
    }
    out.close();
}

void append_sliced(const ProjectionSlice& slice, std::size_t part, bson::View document, Builder& out) {
    const bool last = part + 1 == slice.path.size();
    for (const auto& element : document) {
        const Type type = element.value.type();
        if (element.key != slice.path[part] || (type != Type::document && type != Type::array)) {
            out.append(element.key, element.value);
        } else if (last && type == Type::array) {
            append_slice(slice, element.key, element.value.as_view(), out);
        } else if (last) {
            out.append(element.key, element.value);
        } else if (type == Type::document) {
            out.open_document(element.key);
            append_sliced(slice, part + 1, element.value.as_view(), out);
            out.close();
        } else {
            out.open_array(element.key);
            for (const auto& inner : element.value.as_view()) {  // arrays in arrays stay as they are
                if (inner.value.type() == Type::document) {
                    out.push_document();
                    append_sliced(slice, part + 1, inner.value.as_view(), out);
                    out.close();
                } else {
                    out.push(inner.value);
                }
            }
            out.close();
        }
    }
}

// What the projection has left of element `index` of an array; missing when it dropped it. Of a path through the array it drops scalars.
ValueRef left_of_element(bson::View projected, ValueRef whole, std::uint32_t index) {
    std::vector<ValueRef> kept;
    for (const auto& element : projected) kept.push_back(element.value);
    std::vector<ValueRef> all;
    if (whole.type() == Type::array) {
        for (const auto& element : whole.as_view()) all.push_back(element.value);
    }
    if (all.size() <= kept.size()) return index < kept.size() ? kept[index] : ValueRef();
    const auto nested = [](ValueRef value) { return value.type() == Type::document || value.type() == Type::array; };
    if (index >= all.size() || !nested(all[index])) return {};
    const auto at = static_cast<std::size_t>(std::count_if(all.begin(), all.begin() + index, nested));
    return at < kept.size() ? kept[at] : ValueRef();
}

// The first array on the path becomes one of its element that the filter matched. `before` is the same document, not projected.
Result<void> append_positional(const FieldPath& path, std::size_t part, bson::View document, bson::View before, const MatchDetails* details, Builder& out) {
    for (const auto& element : document) {
        if (element.key != path[part]) {
            out.append(element.key, element.value);
        } else if (element.value.type() == Type::array) {
            if (details == nullptr || !details->element) {
                return mql_error(51246, "positional operator '.$' couldn't find a matching element in the array", path.text());
            }
            const ValueRef found = left_of_element(element.value.as_view(), before[element.key], *details->element);
            if (found.missing()) return mql_error(51247, "positional operator '.$' element mismatch", path.text());
            out.open_array(element.key).push(found).close();
        } else if (element.value.type() == Type::document && part + 1 < path.size()) {
            out.open_document(element.key);
            const ValueRef same    = before[element.key];
            auto           written = append_positional(path, part + 1, element.value.as_view(), same.type() == Type::document ? same.as_view() : bson::View(),
                                                       details, out);
            out.close();
            if (!written) return written;
        } else {
            out.append(element.key, element.value);
        }
    }
    return {};
}

}  // namespace

Result<Projection> Projection::parse(bson::View spec, ProjectionFor what) {
    auto program = parse_projection(spec, what);
    if (!program) return fail(std::move(program.error()));
    Projection out;
    out.program_ = std::move(*program);
    return out;
}

Result<bson::Document> Projection::apply(bson::View document, const MatchDetails* details) const {
    if (!program_ || (!program_->inclusion && program_->root.fields.empty())) return bson::Document(document);
    Builder builder;
    if (auto written = Writer(*program_, document).document(program_->root, document, builder); !written) {
        // Of several faults MongoDB names the first of its own pass, which goes by the spec and not by the document.
        auto first = first_fault(program_->root, document, document);
        return fail(first ? std::move(written.error()) : std::move(first.error()));
    }
    auto projected = builder.finish();
    if (!projected) return projected;
    if (program_->positional) {
        Builder next;
        auto    written = append_positional(*program_->positional, 0, *projected, document, details, next);
        if (!written) return fail(std::move(written.error()));
        projected = next.finish();
        if (!projected) return projected;
    }
    for (const auto& slice : program_->slices) {
        Builder next;
        append_sliced(slice, 0, *projected, next);
        projected = next.finish();
        if (!projected) return projected;
    }
    return projected;
}

bool Projection::is_inclusion() const noexcept { return program_ && program_->inclusion; }
bool Projection::keeps_id() const noexcept { return !program_ || program_->keeps_id; }
bool Projection::needs_match_details() const noexcept { return program_ && program_->positional.has_value(); }
bool Projection::is_simple_inclusion() const noexcept { return program_ && program_->simple; }
bool Projection::needs_whole_document() const noexcept { return !program_ || !program_->inclusion || program_->needs_all; }

const std::vector<std::string>& Projection::required_paths() const noexcept {
    static const std::vector<std::string> none;
    return program_ ? program_->required : none;
}

}  // namespace tenon::mql
