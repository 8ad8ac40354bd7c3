#pragma once
// A parsed update: MongoDB's tree of path parts, with an operator at each leaf.
//
//   {$set: {"a.x": 1, "a.b": 2, "l.$[i].q": 3}}      object
//                                                    ├─ a  object   ├─ b  $set 2      (children in MongoDB's order: new fields
//                                                    │              └─ x  $set 1       are made in it)
//                                                    └─ l  array    └─ i  object ─ q  $set 3

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/arithmetic.hpp"
#include "mql/filter.hpp"

namespace tenon::mql {

enum class UpdateOperator : std::uint8_t {
    set,
    set_on_insert,
    unset,
    inc,
    mul,
    min,
    max,
    rename,
    rename_source,  ///< stands where $rename takes from, so that other operators on the path are conflicts
    current_date,
    push,
    pop,
    pull,
    pull_all,
    add_to_set,
    bit,
};

/// What $push does beside appending.
struct PushOptions {
    struct SortPart {
        std::string path{};
        int         direction = 1;
    };
    std::optional<std::int64_t> slice{};
    std::optional<std::int64_t> position{};
    int                         sort_whole = 0;   ///< 1 or -1: $sort compares the elements themselves
    std::vector<SortPart>       sort_parts{};     ///< $sort by fields of the elements
};

/// An operator with its argument, ready to apply. The references are into the update's own copy of its spec.
struct Modifier {
    UpdateOperator              op = UpdateOperator::set;
    bson::ValueRef              argument{};         ///< the value of $set, $inc, $mul, $min, $max
    std::vector<bson::ValueRef> values{};           ///< of $push, $addToSet (without repeats) and $pullAll
    PushOptions                 push{};
    bool                        timestamp = false;  ///< $currentDate's type
    bool                        from_front = false; ///< $pop: -1
    std::string                 from{};             ///< $rename's source path
    std::optional<Filter>       condition{};        ///< $pull
    bool                        condition_on_documents = false;  ///< the condition reads fields of the elements
    std::vector<std::pair<BitOperation, Number>> bits{};
    std::size_t                 nesting = 0;        ///< how deep the value that it leaves may nest
};

/// MongoDB's order of the fields that one update touches: parts that begin as an array index compare by length first, so that 9 comes
/// before 10; all others as strings.
struct FieldOrder {
    [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept;
    using is_transparent = void;
};

struct UpdateNode {
    enum class Kind : std::uint8_t { object, array, leaf };
    using Pointer = std::shared_ptr<const UpdateNode>;

    Kind                                       kind = Kind::object;
    std::map<std::string, Pointer, FieldOrder> children{};    ///< by field; below an array by filter identifier, "" for `$[]`
    Pointer                                    positional{};  ///< the child under `$`
    Modifier                                   modifier{};    ///< of a leaf
};

namespace detail {

struct UpdateProgram {
    bson::Document                             spec{};
    UpdateNode::Pointer                        root{};
    std::map<std::string, Filter, std::less<>> array_filters{};
    bool                                       positional = false;
};

}  // namespace detail

/// The operator's name without its `$` makes an UpdateOperator; empty when MongoDB knows no such operator.
[[nodiscard]] std::optional<UpdateOperator> update_operator(std::string_view name) noexcept;

/// Checks an operator's argument. @errors MongoDB's code.
[[nodiscard]] Result<Modifier> parse_modifier(UpdateOperator op, bson::Element argument);

/// Parses array filters by their identifier. @errors MongoDB's code.
[[nodiscard]] Result<std::map<std::string, Filter, std::less<>>> parse_array_filters(std::span<const bson::Document> filters);

/// `$[...]`: its identifier, "" for `$[]`.
[[nodiscard]] std::optional<std::string_view> array_filter_identifier(std::string_view part) noexcept;

}  // namespace tenon::mql
