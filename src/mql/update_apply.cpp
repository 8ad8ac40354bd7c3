// Walks an update's tree over a document, as MongoDB's UpdateNode tree is applied: children in field order, paths made on the way.

#include <charconv>
#include <cstring>
#include <utility>

#include "mql/mql_error.hpp"
#include "mql/update.hpp"
#include "mql/update_value.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

constexpr std::size_t max_padding           = 1'500'000;
constexpr std::size_t internal_size_slack   = std::size_t{16} * 1024;  // what the server's own buffers allow above the limit of a document
constexpr int         cannot_backfill_array = 34;
constexpr int         result_too_large      = 17419;
constexpr int         invalid_dbref         = 55;

// An array index as updates read it: digits alone, leading zeros allowed, of 32 bits.
std::optional<std::size_t> index_of(std::string_view part) noexcept {
    if (part.empty() || !is_all_digits(part)) return std::nullopt;
    std::uint32_t index       = 0;
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), index);
    return problem == std::errc{} ? std::optional<std::size_t>(index) : std::nullopt;
}

// Both updates reached one place: their trees become one. @errors ConflictingUpdateOperators when they touch one field.
Result<UpdateNode::Pointer> merged(const UpdateNode::Pointer& a, const UpdateNode::Pointer& b, const std::string& path) {
    if (!a) return b;
    if (!b) return a;
    if (a->kind != b->kind || a->kind == UpdateNode::Kind::leaf) {
        return mql_error(code::conflicting_update_operators, "Update created a conflict at '" + path + "'", path);
    }
    auto out   = std::make_shared<UpdateNode>(*a);
    auto inner = merged(a->positional, b->positional, path + ".$");
    if (!inner) return inner;
    out->positional = std::move(*inner);
    for (const auto& [name, child] : b->children) {
        auto& place = out->children[name];
        auto  both  = merged(place, child, std::string(path).append(".").append(name));
        if (!both) return both;
        place = std::move(*both);
    }
    return UpdateNode::Pointer(std::move(out));
}

class Run {
public:
    Run(const detail::UpdateProgram& program, MutableDocument& document, const ApplyContext& context)
        : program_(program), document_(document), context_(context) {
        if (context.positional != nullptr && context.positional->element) {
            matched_ = std::to_string(*context.positional->element);
        }
    }

    Result<bool> operator()() { return apply(*program_.root, *document_.root()); }

private:
    Result<bool> apply(const UpdateNode& node, MutableNode& element) {
        switch (node.kind) {
            case UpdateNode::Kind::object: return apply_object(node, &element);
            case UpdateNode::Kind::array: return apply_array(node, element);
            case UpdateNode::Kind::leaf: return apply_leaf(node.modifier, element);
        }
        return false;
    }

    Result<bool> apply_object(const UpdateNode& node, MutableNode* element) {
        bool positional = node.positional != nullptr;
        if (positional && matched_.empty()) {
            return mql_error(code::bad_value, "The positional operator did not find the match needed from the query.", path());
        }
        bool       changed = false;
        const auto child   = [&](const UpdateNode& of, std::string_view name) {
            auto applied = apply_child(of, name, element);
            if (applied) changed = changed || *applied;
            return applied;
        };
        for (const auto& [name, of] : node.children) {
            if (positional && name == matched_) {
                auto both = merged(of, node.positional, joined(name));
                if (!both) return fail(std::move(both.error()));
                positional = false;
                kept_.push_back(*both);
                if (auto applied = child(**both, name); !applied) return applied;
                continue;
            }
            if (positional && FieldOrder{}(matched_, name)) {
                positional = false;
                if (auto applied = child(*node.positional, matched_); !applied) return applied;
            }
            if (auto applied = child(*of, name); !applied) return applied;
        }
        if (positional) {
            if (auto applied = child(*node.positional, matched_); !applied) return applied;
        }
        return changed;
    }

    // Applies a child below `element`, the deepest element of the path that exists. When the child makes its path, `element` moves
    // down to what is by then the deepest.
    Result<bool> apply_child(const UpdateNode& node, std::string_view name, MutableNode*& element) {
        MutableNode* found = missing_.empty() ? step(*element, name) : nullptr;
        if (found != nullptr) {
            taken_.push_back(name);
            auto applied = apply(node, *found);
            taken_.pop_back();
            return applied;
        }
        const std::size_t above = taken_.size();
        missing_.push_back(name);
        const std::size_t wanted  = missing_.size();
        auto              applied = apply(node, *element);
        if (missing_.size() == wanted) {
            missing_.pop_back();
        } else if (applied) {
            for (std::size_t i = above; i + 1 < above + wanted; ++i) element = step(*element, taken_[i]);
            taken_.pop_back();
        }
        return applied;
    }

    Result<bool> apply_array(const UpdateNode& node, MutableNode& array) {
        if (!missing_.empty()) {
            return mql_error(code::bad_value, "The path '" + path() + "' must exist in the document in order to apply array updates.", path());
        }
        if (array.type != Type::array) {
            return mql_error(code::bad_value, "cannot apply array updates to '" + path() + "', which is of type " +
                             std::string(bson::name(array.type)), path());
        }
        document_.open(array);
        bool        changed = false;
        std::size_t index   = 0;
        for (MutableNode* element = array.first; element != nullptr; element = element->next, ++index) {
            taken_.push_back(document_.keep_key(std::to_string(index)));
            auto applied = apply_to_element(node, *element);
            taken_.pop_back();
            if (!applied) return applied;
            changed = changed || *applied;
        }
        return changed;
    }

    Result<bool> apply_to_element(const UpdateNode& node, MutableNode& element) {
        UpdateNode::Pointer update;
        for (const auto& [identifier, child] : node.children) {
            if (!identifier.empty()) {
                const auto matches = filter_matches(identifier, element);
                if (!matches) return matches;
                if (!*matches) continue;
            }
            auto both = merged(update, child, path());
            if (!both) return fail(std::move(both.error()));
            update = std::move(*both);
        }
        if (!update) return false;
        kept_.push_back(update);
        return apply(*update, element);
    }

    Result<bool> filter_matches(const std::string& identifier, MutableNode& element) {
        bson::Builder builder;
        builder.append(identifier, document_.value(element));
        auto wrapped = builder.finish();
        if (!wrapped) return fail(std::move(wrapped.error()));
        return program_.array_filters.find(identifier)->second.matches(*wrapped);
    }

    Result<bool> apply_leaf(const Modifier& modifier, MutableNode& element) {
        if (modifier.op == UpdateOperator::rename_source) return false;
        if (modifier.op == UpdateOperator::rename) return rename(modifier, element);
        if (modifier.op == UpdateOperator::set_on_insert && !context_.inserting) return false;
        if (missing_.empty()) {
            auto changed = modify_element(document_, element, modifier, context_, path());
            if (!changed || !*changed) return changed;
            if (auto checked = check_modified(modifier.op == UpdateOperator::unset, modifier.nesting); !checked) {
                return fail(std::move(checked.error()));
            }
            return true;
        }
        if (creates(modifier.op)) {
            MutableNode& made = make_element(document_, missing_.back(), modifier, context_);
            return create(element, made, modifier.nesting);
        }
        if (modifier.op == UpdateOperator::unset) return false;
        if (auto viable = check_viable(element); !viable) return fail(std::move(viable.error()));
        return false;
    }

    // Puts `made` at the end of the missing parts below `element`.
    Result<bool> create(MutableNode& element, MutableNode& made, std::size_t nests) {
        if (auto viable = check_viable(element); !viable) return fail(std::move(viable.error()));
        if (element.type == Type::array) {
            const std::size_t index = index_of(missing_.front()).value_or(0);  // it is one: else the place would not be viable
            const std::size_t count = document_.count(element);
            if (index > count && index - count > max_padding) {
                return mql_error(cannot_backfill_array, "can't backfill more than 1500000 elements", path());
            }
            static constexpr ValueRef null(Type::null, nullptr, 0);
            for (std::size_t i = count; i < index; ++i) document_.append(element, document_.make({}, null));
        }
        MutableNode* parent = &element;
        for (std::size_t i = 0; i + 1 < missing_.size(); ++i) {
            MutableNode& between = document_.make_empty(missing_[i], Type::document);
            document_.append(*parent, between);
            parent = &between;
        }
        document_.append(*parent, made);

        if (!taken_.empty() && taken_.front() == "_id") return immutable_id();
        const bool top_level = taken_.empty();
        taken_.insert(taken_.end(), missing_.begin(), missing_.end());
        missing_.clear();
        if (top_level) {
            if (auto checked = check_name(); !checked) return fail(std::move(checked.error()));
        }
        if (auto checked = check_depth(nests); !checked) return fail(std::move(checked.error()));
        return true;
    }

    Result<bool> rename(const Modifier& modifier, MutableNode& target) {
        const FieldPath from(modifier.from);
        MutableNode*    source = document_.root();
        for (std::size_t i = 0; i < from.size(); ++i) {
            const bool walkable = source->type == Type::document || (source->type == Type::array && index_of(from[i]));
            if (!walkable) {
                return mql_error(code::path_not_viable, "the source '" + modifier.from + "' of $rename goes through an element that has no fields", modifier.from);
            }
            source = step(*source, from[i]);
            if (source == nullptr) return false;
        }
        for (const MutableNode* up = source->parent; up != nullptr; up = up->parent) {
            if (up->type == Type::array) return mql_error(code::bad_value, "The source field cannot be an array element: '" + modifier.from + "'", modifier.from);
        }
        for (const MutableNode* up = missing_.empty() ? target.parent : &target; up != nullptr; up = up->parent) {
            if (up->type == Type::array) return mql_error(code::bad_value, "The destination field cannot be an array element: '" + path() + "'", path());
        }
        const ValueRef value = document_.value(*source);
        if (missing_.empty()) {
            document_.set(target, value);
            if (auto checked = check_modified(false, nesting(value)); !checked) return fail(std::move(checked.error()));
        } else {
            auto created = create(target, document_.make(missing_.back(), value), nesting(value));
            if (!created) return created;
        }
        document_.remove(*source);
        if (from[0] == "_id") return immutable_id();
        return true;
    }

    MutableNode* step(MutableNode& element, std::string_view part) {
        if (element.type == Type::document) return document_.child(element, part);
        if (element.type != Type::array) return nullptr;
        const auto index = index_of(part);
        return index ? document_.child(element, *index) : nullptr;
    }

    Result<void> check_viable(const MutableNode& element) const {
        if (element.type == Type::document) return {};
        if (element.type == Type::array && index_of(missing_.front())) return {};
        return mql_error(code::path_not_viable, "Cannot create field '" + std::string(missing_.front()) + "' in element '" +
                         (taken_.empty() ? std::string() : std::string(taken_.back())) + "' of type " +
                         std::string(bson::name(element.type)), path());
    }

    Result<void> check_modified(bool removed, std::size_t nests) const {
        if (taken_.front() == "_id") return fail(std::move(immutable_id().error()));
        if (removed) return {};
        if (taken_.size() == 1) {
            if (auto checked = check_name(); !checked) return checked;
        }
        return check_depth(nests);
    }

    // An update may not store a field with a `$` at the top; the document of an upsert may have one.
    Result<void> check_name() const {
        const std::string_view name = taken_.front();
        if (context_.inserting || name.empty() || name[0] != '$') return {};
        const bool dbref = name == "$id" || name == "$ref" || name == "$db";
        return mql_error(dbref ? invalid_dbref : code::dollar_prefixed_field_name,
                         "the dollar ($) prefixed field '" + std::string(name) + "' is not allowed at the top of a document", std::string(name));
    }

    Result<void> check_depth(std::size_t nests) const {
        if (taken_.size() + nests <= bson::max_depth) return {};
        return mql_error(code::overflow, "the document exceeds the nesting depth of " + std::to_string(bson::max_depth), path());
    }

    Result<bool> immutable_id() const {
        return mql_error(code::immutable_field, "Performing an update on the path '" + path() + "' would modify the immutable field '_id'", path());
    }

    std::string path() const {
        std::string out;
        for (const auto* parts : {&taken_, &missing_}) {
            for (const auto& part : *parts) {
                if (!out.empty()) out += '.';
                out += part;
            }
        }
        return out;
    }

    std::string joined(std::string_view name) const {
        std::string out = path();
        if (!out.empty()) out += '.';
        return out.append(name);
    }

    const detail::UpdateProgram&  program_;
    MutableDocument&              document_;
    const ApplyContext&           context_;
    std::string                   matched_{};  // the index that `$` stands for; empty when nothing matched an array
    std::vector<std::string_view> taken_{};    // the parts of the path that lead to the element at hand
    std::vector<UpdateNode::Pointer> kept_{};  // merged trees: new elements borrow their names
    std::vector<std::string_view> missing_{};  // the parts behind them that are not in the document
};

}  // namespace

Result<bool> Update::apply(bson::View before, const ApplyContext& context, bson::Document& after) const {
    if (!program_) return false;
    MutableDocument document(before);
    Run             run(*program_, document, context);  // new elements borrow names from it until they are written
    auto            changed = run();
    if (!changed || !*changed) return changed;

    std::vector<std::uint8_t> bytes = after.release();
    document.write(bytes);
    if (bytes.size() > bson::max_document_size) {
        const bool beyond = bytes.size() > bson::max_document_size + internal_size_slack;
        return mql_error(beyond ? code::bson_object_too_large : result_too_large, "the document would be larger than 16777216 bytes");
    }
    after = bson::Document::trusted(std::move(bytes));
    return true;
}

}  // namespace tenon::mql
