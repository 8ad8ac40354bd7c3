// From a projection's spec to its tree, refused where MongoDB refuses it.

#include <algorithm>
#include <limits>

#include "mql/mql_error.hpp"
#include "mql/projection_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

using Kind = ProjectionField::Kind;

enum class Mode : std::uint8_t { undecided, inclusion, exclusion };

std::int32_t clamped(ValueRef number) {
    const double value = number.to_double().value_or(0);
    if (!(value > std::numeric_limits<std::int32_t>::min())) return std::numeric_limits<std::int32_t>::min();
    if (value >= std::numeric_limits<std::int32_t>::max()) return std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(value);
}

// The find form of $slice: a number, or [skip, limit]. Empty for anything else, which is the expression's form.
std::optional<ProjectionSlice> find_slice(ValueRef argument) {
    ProjectionSlice slice;
    if (argument.is_number()) {
        slice.skip = clamped(argument);
        return slice;
    }
    if (argument.type() != Type::array) return std::nullopt;
    std::vector<ValueRef> parts;
    for (const auto& element : argument.as_view()) parts.push_back(element.value);
    if (parts.size() != 2 || !parts[0].is_number() || !parts[1].is_number()) return std::nullopt;
    slice.skip      = clamped(parts[0]);
    slice.limit     = clamped(parts[1]);
    slice.has_limit = true;
    return slice.limit > 0 ? std::optional(slice) : std::nullopt;
}

class Parser {
public:
    explicit Parser(ProjectionFor what) : for_(what) {}

    Result<void> parse(bson::View spec) {
        for (const auto& element : spec) {
            if (auto parsed = parse_element(element, {}); !parsed) return parsed;
        }
        finish();
        return {};
    }

    /// Faults of constants come after all faults of form.
    Result<void> optimize() {
        // A find's tree is made of expressions that are optimized already; that of a findAndModify is optimized from the root, its own before
        // its branches'. The order of branches is none that a server keeps to.
        if (for_.find_and_modify) {
            std::ranges::sort(expressions_, [](const Computed& a, const Computed& b) { return a.depth != b.depth ? a.depth < b.depth : a.place < b.place; });
        }
        for (const auto& computed : expressions_) {
            if (auto done = computed.expression->optimize(); !done) return done;
        }
        return {};
    }

    detail::ProjectionProgram program{};

private:
    Result<void> parse_element(bson::Element element, const std::string& above) {
        if (auto checked = check_dollar(element.key); !checked) return checked;
        const bool        positional = element.key.size() > 2 && element.key.ends_with(".$");
        const std::string path       = (above.empty() ? "" : above + ".") + std::string(element.key);
        switch (element.value.type()) {
            case Type::document: return parse_document(element, path, positional);
            case Type::boolean:
            case Type::int32:
            case Type::int64:
            case Type::float64:
            case Type::decimal128:
                if (element.value.truthy()) return positional ? include_position(element.key, path) : include(element.key, path);
                return exclude(element.key, path, positional);
            default: return parse_literal(element, path, positional);
        }
    }

    Result<void> parse_literal(const bson::Element& element, const std::string& path, bool positional) {
        if (positional) return mql_error(31308, "positional projection cannot be used with a literal", path);
        if (mode_ != Mode::exclusion) return compute(element.key, path, element.value);
        if (auto parsed = Expression::parse(element.value); !parsed) return fail(std::move(parsed.error()));
        if (auto checked = check_path(element.key); !checked) return checked;
        return mql_error(31310, "an exclusion projection cannot have an expression", path);
    }

    Result<void> parse_document(const bson::Element& whole, const std::string& path, bool positional) {
        const bson::View document = whole.value.as_view();
        if (positional) return mql_error(31271, "positional projection cannot be used with an expression or sub object", path);
        if (document.empty()) return mql_error(51270, "an empty sub-projection is not a valid value", path);
        if (auto checked = check_path(whole.key); !checked) return checked;
        const bson::Element first = *document.begin();
        if (first.key.empty() || first.key[0] != '$' || document.count() != 1) {
            for (const auto& element : document) {
                if (auto parsed = parse_element(element, path); !parsed) return parsed;
            }
            return {};
        }
        if (first.key == "$slice") {
            if (auto slice = find_slice(first.value)) return add_slice(path, std::move(*slice));
        }
        if (first.key == "$elemMatch") return elem_match(path, first.value);
        if (first.key == "$meta") return unsupported("$meta", path);
        if (!is_expression(first.key)) return mql_error(31325, "unknown expression in the projection of '" + path + "'", path);
        if (mode_ == Mode::exclusion) return mql_error(31252, "an exclusion projection cannot have an expression", path);
        return compute(whole.key, path, whole.value);
    }

    Result<void> include_position(std::string_view key, const std::string& path) {
        if (program.positional) return mql_error(31276, "a projection has one positional field at most", path);
        if (has_elem_match_) return mql_error(31256, "a projection cannot have both positional and $elemMatch", path);
        if (auto checked = check_path(key.substr(0, key.size() - 2)); !checked) return checked;
        if (for_.filter_has_expression) return mql_error(code::query_feature_not_allowed, "$expr is not allowed beside a positional projection", path);
        const auto array   = path.substr(0, path.size() - 2);
        program.positional = FieldPath(array);
        return include_at(array);
    }

    Result<void> include(std::string_view key, const std::string& path) {
        if (auto checked = check_path(key); !checked) return checked;
        return include_at(path);
    }

    Result<void> include_at(const std::string& path) {
        if (auto added = add(path, Kind::keep); !added) return fail(std::move(added.error()));
        if (path == "_id" && !program.positional) {
            id_included_ = true;
            return {};
        }
        if (mode_ == Mode::exclusion) return mql_error(31253, "Cannot do inclusion on field " + path + " in exclusion projection", path);
        mode_ = Mode::inclusion;
        program.required.push_back(path);
        return {};
    }

    Result<void> exclude(std::string_view key, const std::string& path, bool positional) {
        if (positional) return mql_error(31395, "positional projection cannot be used with exclusion", path);
        if (auto checked = check_path(key); !checked) return checked;
        if (auto added = add(path, Kind::drop); !added) return fail(std::move(added.error()));
        if (path == "_id") {
            id_excluded_ = true;
            return {};
        }
        if (mode_ == Mode::inclusion) return mql_error(31254, "Cannot do exclusion on field " + path + " in inclusion projection", path);
        mode_ = Mode::exclusion;
        return {};
    }

    Result<void> compute(std::string_view key, const std::string& path, ValueRef expression) {
        mode_       = Mode::inclusion;
        auto parsed = Expression::parse(expression);
        if (!parsed) return fail(std::move(parsed.error()));
        if (auto checked = check_path(key); !checked) return checked;
        auto added = add(path, Kind::computed);
        if (!added) return fail(std::move(added.error()));
        (*added)->expression = std::move(*parsed);
        expressions_.push_back({&(*added)->expression, FieldPath(path).size(), expressions_.size()});  // a map's nodes stay where they are
        program.needs_all    = !(*added)->expression.required_paths(program.required) || program.needs_all;
        computed_            = true;
        return {};
    }

    Result<void> add_slice(const std::string& path, ProjectionSlice slice) {
        if (auto added = add(path, Kind::sliced); !added) return fail(std::move(added.error()));
        slice.path = FieldPath(path);
        program.slices.push_back(std::move(slice));
        program.required.push_back(path);
        return {};
    }

    Result<void> elem_match(const std::string& path, ValueRef condition) {
        if (condition.type() != Type::document) return mql_error(31274, "$elemMatch in a projection takes an object", path);
        if (program.positional) return mql_error(31255, "a projection cannot have both positional and $elemMatch", path);
        if (path.find('.') != std::string::npos) return mql_error(31275, "Cannot use $elemMatch projection on a nested field.", path);
        bson::Builder builder;
        builder.open_document(path).append("$elemMatch", condition).close();
        auto document = builder.finish();
        if (!document) return fail(std::move(document.error()));
        auto filter = Filter::parse(*document);
        if (!filter) return fail(std::move(filter.error()));
        auto added = add(path, Kind::elem_match);
        if (!added) return fail(std::move(added.error()));
        (*added)->filter = std::move(*filter);
        has_elem_match_  = true;
        program.required.push_back(path);
        return {};
    }

    // Before anything else of an element.
    static Result<void> check_dollar(std::string_view key) {
        const FieldPath parts(key);
        for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
            if (parts[i] == "$") return mql_error(31394, "the positional operator may only stand at the end of the path '" + std::string(key) + "'", std::string(key));
        }
        return {};
    }

    static Result<void> check_path(std::string_view key) {
        if (key.empty()) return mql_error(40352, "a projected path cannot be empty");
        const std::string text(key);
        if (key.back() == '.') return mql_error(40353, "the path '" + text + "' must not end with a '.'", text);
        const FieldPath parts(key);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i].empty()) return mql_error(15998, "the path '" + text + "' has an empty part", text);
            if (parts[i][0] == '$') return mql_error(16410, "a part of the path '" + text + "' begins with '$'", text);
        }
        return {};
    }

    // Makes the branches of a path and the field at its end.
    Result<ProjectionField*> add(const std::string& path, Kind kind) {
        const FieldPath parts(path);
        ProjectionNode* node = &program.root;
        const bool      computes = kind == Kind::computed || kind == Kind::elem_match;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            node->computes = node->computes || computes;
            auto [at, made] = node->fields.try_emplace(std::string(parts[i]));
            if (made) {
                at->second.kind  = Kind::branch;
                at->second.below = std::make_unique<ProjectionNode>();
                node->order.emplace_back(parts[i]);
            } else if (at->second.kind != Kind::branch) {
                return mql_error(31249, "Path collision at " + path + " remaining portion " + std::string(parts.rest(i + 1)), path);
            }
            node = at->second.below.get();
        }
        node->computes = node->computes || computes;
        auto [at, made] = node->fields.try_emplace(std::string(parts[parts.size() - 1]));
        if (!made) return mql_error(31250, "Path collision at " + path, path);
        at->second.kind = kind;
        if (computes) node->order.emplace_back(parts[parts.size() - 1]);
        return &at->second;
    }

    void finish() {
        if (mode_ == Mode::undecided) {
            const bool inclusion = id_included_ || (has_elem_match_ && program.slices.empty());
            mode_                = inclusion ? Mode::inclusion : Mode::exclusion;
        }
        program.inclusion = mode_ == Mode::inclusion;
        program.keeps_id  = !id_excluded_;
        program.simple    = program.inclusion && !computed_ && !has_elem_match_ && program.slices.empty() && !program.positional;
        if (!program.inclusion) {
            program.required.clear();
            return;
        }
        // An inclusion keeps _id unless the spec says otherwise.
        if (program.root.fields.try_emplace("_id").second || id_included_) program.required.emplace_back("_id");
        std::sort(program.required.begin(), program.required.end());
        program.required.erase(std::unique(program.required.begin(), program.required.end()), program.required.end());
    }

    struct Computed {
        Expression* expression = nullptr;
        std::size_t depth      = 0;
        std::size_t place      = 0;  // in the spec
    };

    ProjectionFor for_;
    Mode mode_           = Mode::undecided;
    bool id_included_    = false;
    bool id_excluded_    = false;
    bool has_elem_match_ = false;
    bool computed_       = false;

    std::vector<Computed> expressions_{};
};

}  // namespace

Result<std::shared_ptr<const detail::ProjectionProgram>> parse_projection(bson::View spec, ProjectionFor what) {
    Parser parser(what);
    if (auto parsed = parser.parse(spec); !parsed) return fail(std::move(parsed.error()));
    if (what.changed_document && parser.program.positional) {
        return mql_error(code::bad_value, "a positional projection cannot be of the document after its change", "projection");
    }
    if (auto done = parser.optimize(); !done) return fail(std::move(done.error()));
    return std::make_shared<const detail::ProjectionProgram>(std::move(parser.program));
}

}  // namespace tenon::mql
