// From an update document to the tree of its paths, refused where MongoDB refuses it.

#include <algorithm>
#include <set>

#include "mql/mql_error.hpp"
#include "mql/update.hpp"
#include "mql/update_node.hpp"

namespace tenon::mql {

using bson::Type;

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// A part that begins as an array index does; a zero-padded one is a name.
bool looks_like_index(std::string_view part) noexcept {
    return !part.empty() && is_digit(part[0]) && (part[0] != '0' || part.size() == 1);
}

// While an update is parsed its nodes are still open to change.
struct Draft {
    UpdateNode::Kind                                          kind = UpdateNode::Kind::object;
    std::map<std::string, std::unique_ptr<Draft>, FieldOrder> children{};
    std::unique_ptr<Draft>                                    positional{};
    Modifier                                                  modifier{};
};

UpdateNode::Pointer finished(Draft&& draft) {
    auto node      = std::make_shared<UpdateNode>();
    node->kind     = draft.kind;
    node->modifier = std::move(draft.modifier);
    if (draft.positional) node->positional = finished(std::move(*draft.positional));
    for (auto& [name, child] : draft.children) node->children.emplace(name, finished(std::move(*child)));
    return node;
}

class Parser {
public:
    explicit Parser(detail::UpdateProgram& program) : program_(program) {}

    Result<void> add(UpdateOperator op, bson::Element argument) {
        if (op != UpdateOperator::rename) return add_at(op, argument.key, argument);
        // Two places in the tree: the source, where nothing else may work, and the target, where the renaming is done.
        if (auto source = add_at(UpdateOperator::rename_source, argument.key, argument); !source) return source;
        if (argument.value.type() != Type::string) {
            return mql_error(code::bad_value, "the target of $rename must be a string", std::string(argument.key));
        }
        return add_at(UpdateOperator::rename, argument.value.as_string(), argument);
    }

    Result<void> finish() {
        for (const auto& [identifier, filter] : program_.array_filters) {
            if (!used_.contains(identifier)) {
                return mql_error(code::failed_to_parse, "the array filter for identifier '" + identifier + "' is not used in the update");
            }
        }
        program_.root = finished(std::move(root_));
        return {};
    }

private:
    Result<void> add_at(UpdateOperator op, std::string_view path, bson::Element argument) {
        if (path.empty()) return mql_error(code::empty_field_name, "an empty update path is not valid");
        const FieldPath   parts(path);
        const std::string text(path);
        std::size_t       positional_parts = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i].empty()) {
                return mql_error(code::empty_field_name, "the update path '" + text + "' contains an empty field name", text);
            }
            if (parts[i] == "$") ++positional_parts;
        }
        if (positional_parts > 1) {
            return mql_error(code::bad_value, "too many positional (i.e. '$') elements in path '" + text + "'", text);
        }
        if (parts[0] == "$") {
            return mql_error(code::bad_value, "the positional '$' cannot stand first in path '" + text + "'", text);
        }
        program_.positional = program_.positional || positional_parts == 1;

        auto modifier = parse_modifier(op, argument);
        if (!modifier) return fail(std::move(modifier.error()));

        Draft* current = &root_;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            auto name = child_name(parts, i, text);
            if (!name) return fail(std::move(name.error()));
            std::unique_ptr<Draft>& child = parts[i] == "$" ? current->positional : current->children[std::string(*name)];
            if (i + 1 == parts.size()) {
                if (child) return conflict(text, text);
                child           = std::make_unique<Draft>();
                child->kind     = UpdateNode::Kind::leaf;
                child->modifier = std::move(*modifier);
                break;
            }
            const auto kind = array_filter_identifier(parts[i + 1]) ? UpdateNode::Kind::array : UpdateNode::Kind::object;
            if (child && child->kind != kind) {
                return conflict(text, path.substr(0, path.size() - parts.rest(i + 1).size() - 1));
            }
            if (!child) {
                child       = std::make_unique<Draft>();
                child->kind = kind;
            }
            current = child.get();
        }
        return {};
    }

    // The name a part has among its siblings: a filter's identifier without its brackets.
    Result<std::string_view> child_name(const FieldPath& parts, std::size_t i, const std::string& text) {
        const auto identifier = array_filter_identifier(parts[i]);
        if (!identifier) return parts[i];
        if (i == 0) {
            return mql_error(code::bad_value, "an array filter identifier cannot stand first in path '" + text + "'", text);
        }
        if (!identifier->empty()) {
            if (program_.array_filters.find(*identifier) == program_.array_filters.end()) {
                return mql_error(code::bad_value, "no array filter found for identifier '" + std::string(*identifier) +
                                 "' in path '" + text + "'", text);
            }
            used_.emplace(*identifier);
        }
        return *identifier;
    }

    static Result<void> conflict(const std::string& path, std::string_view at) {
        return mql_error(code::conflicting_update_operators,
                         "Updating the path '" + path + "' would create a conflict at '" + std::string(at) + "'", path);
    }

    detail::UpdateProgram&             program_;
    Draft                              root_{};
    std::set<std::string, std::less<>> used_{};
};

// {$all: []} can never hold, and a server keeps no field of it.
bool names_field(bson::ValueRef condition) {
    if (condition.type() != Type::document || condition.as_view().empty() || !condition.as_view().begin()->key.starts_with('$')) return true;
    for (const auto& [op, operand] : condition.as_view()) {
        const bool never = op == "$all" && operand.type() == Type::array && operand.as_view().empty();
        if (!never && (op != "$not" || names_field(operand))) return true;
    }
    return false;
}

// The first parts of the paths in a filter; $expr reads the document and has none.
Result<void> collect_top_fields(bson::View filter, std::set<std::string_view>& out) {
    for (const auto& element : filter) {
        if (element.key == "$and" || element.key == "$or" || element.key == "$nor") {
            if (element.value.type() != Type::array) continue;
            for (const auto& branch : element.value.as_view()) {
                if (branch.value.type() != Type::document) continue;
                if (auto inner = collect_top_fields(branch.value.as_view(), out); !inner) return inner;
            }
        } else if (element.key == "$expr") {
            return mql_error(code::query_feature_not_allowed, "$expr is not allowed in an array filter");
        } else if ((element.key.empty() || element.key[0] != '$') && names_field(element.value)) {
            out.insert(element.key.substr(0, element.key.find('.')));
        }
    }
    return {};
}

bool is_identifier(std::string_view name) noexcept {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && lower(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
    });
}

}  // namespace

bool FieldOrder::operator()(std::string_view a, std::string_view b) const noexcept {
    if (looks_like_index(a) && looks_like_index(b) && a.size() != b.size()) return a.size() < b.size();
    return a < b;
}

std::optional<std::string_view> array_filter_identifier(std::string_view part) noexcept {
    if (part.size() < 3 || part[0] != '$' || part[1] != '[' || part.back() != ']') return std::nullopt;
    return part.substr(2, part.size() - 3);
}

Result<std::map<std::string, Filter, std::less<>>> parse_array_filters(std::span<const bson::Document> filters) {
    std::map<std::string, Filter, std::less<>> out;
    for (const auto& document : filters) {
        std::set<std::string_view> fields;
        if (auto collected = collect_top_fields(document, fields); !collected) return fail(std::move(collected.error()));
        auto filter = Filter::parse(document);
        if (!filter) return fail(std::move(filter.error()));
        if (fields.empty()) {
            return mql_error(code::failed_to_parse, "an array filter needs a top-level field name");
        }
        if (fields.size() > 1) {
            return mql_error(code::failed_to_parse, "an array filter has a single top-level field name, found '" +
                             std::string(*fields.begin()) + "' and '" + std::string(*std::next(fields.begin())) + "'");
        }
        std::string name(*fields.begin());
        if (!is_identifier(name)) {
            return mql_error(code::bad_value, "an array filter's field is alphanumeric and begins with a lower-case letter: '" + name + "'");
        }
        if (!out.emplace(name, std::move(*filter)).second) {
            return mql_error(code::failed_to_parse, "several array filters have the top-level field name '" + name + "'");
        }
    }
    return out;
}

bool Update::is_replacement(bson::View update) noexcept {
    return update.empty() || update.begin()->key.empty() || update.begin()->key[0] != '$';
}

bson::View Update::spec() const noexcept { return program_ ? program_->spec.view() : bson::View(); }

bool Update::needs_positional() const noexcept { return program_ && program_->positional; }

Result<Update> Update::parse(bson::View update, std::span<const bson::Document> array_filters) {
    if (is_replacement(update)) {
        return mql_error(code::failed_to_parse, "an update needs operators such as $set; to store a whole document use replace");
    }
    auto program  = std::make_shared<detail::UpdateProgram>();
    program->spec = bson::Document(update);
    auto filters  = parse_array_filters(array_filters);
    if (!filters) return fail(std::move(filters.error()));
    program->array_filters = std::move(*filters);

    Parser parser(*program);
    for (const auto& element : program->spec) {
        const auto op = update_operator(element.key);
        if (!op) {
            return mql_error(code::failed_to_parse, "unknown update operator '" + std::string(element.key) + "'", std::string(element.key));
        }
        if (element.value.type() != Type::document) {
            return mql_error(code::failed_to_parse, "the operator " + std::string(element.key) + " takes {field: ...}, not a value of type " +
                             std::string(bson::name(element.value.type())), std::string(element.key));
        }
        for (const auto& argument : element.value.as_view()) {
            if (auto added = parser.add(*op, argument); !added) return fail(std::move(added.error()));
        }
    }
    if (auto done = parser.finish(); !done) return fail(std::move(done.error()));
    Update parsed;
    parsed.program_ = std::move(program);
    return parsed;
}

}  // namespace tenon::mql
