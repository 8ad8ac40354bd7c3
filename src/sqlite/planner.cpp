#include "sqlite/planner.hpp"

#include <algorithm>
#include <optional>

#include "mql/mql_error.hpp"
#include "sqlite/bounds.hpp"
#include "sqlite/implication.hpp"
#include "sqlite/keys.hpp"

namespace tenon::sqlite {

namespace {

using mql::Node;
using mql::Op;

// Ranges that points of several parts may multiply to.
constexpr std::size_t max_ranges = 1000;

/// The conditions that all must hold.
std::vector<const Node*> conjuncts(const Node& root) {
    std::vector<const Node*> list;
    if (root.op == Op::and_) {
        for (const auto& child : root.children) list.push_back(&child);
    } else if (root.op != Op::always_true) {
        list.push_back(&root);
    }
    return list;
}

/// What one index can do for a query.
struct Candidate {
    Plan   plan{};
    double score = 0;
};

/// Part of a path through arrays that may be an element's position. Which elements have entries, and which the matcher visits, differ
/// there for arrays in arrays, so no bounds are safe.
bool positional(const IndexInfo& index, std::size_t part) {
    if ((index.multikey >> part & 1U) == 0) return false;
    const auto& path = index.pattern.parts[part].path;
    for (std::size_t i = 1; i < path.size(); ++i) {
        if (mql::is_all_digits(path[i])) return true;
    }
    return false;
}

std::string_view first_part(const mql::FieldPath& path) { return path.empty() ? std::string_view() : path[0]; }

class IndexPlanner {
public:
    IndexPlanner(const PlanRequest& request, const IndexInfo& index)
        : request_(request), index_(index), conditions_(conjuncts(*request.filter)), served_(conditions_.size(), false) {}

    [[nodiscard]] Candidate make() {
        choose_bounds();
        make_ranges();
        order_by_index();
        Candidate candidate;
        if (index_.partial) {
            // What the index's own filter says need not be asked again.
            for (std::size_t i = 0; i < conditions_.size(); ++i) served_[i] = served_[i] || implies(index_.partial->root(), *conditions_[i]);
        }
        plan_.stage     = Plan::Stage::index;
        plan_.index     = &index_;
        plan_.dedupe    = index_.multikey != 0;
        plan_.exact     = index_.multikey == 0 && std::all_of(served_.begin(), served_.end(), [](bool s) { return s; });
        plan_.single_id = index_.id == 0 && bounds_.size() == 1 && bounds_[0].points() && bounds_[0].intervals.size() == 1;
        candidate.score = score();
        candidate.plan  = std::move(plan_);
        return candidate;
    }

private:
    [[nodiscard]] bool multikey(std::size_t part) const noexcept { return (index_.multikey >> part & 1U) != 0; }

    // Two paths of one array ("a.b", "a.c") may be met by two of its elements, whose entries are apart: only one of them may bound.
    [[nodiscard]] bool shares_array(std::size_t part) const {
        if (!multikey(part)) return false;
        for (std::size_t before = 0; before < part; ++before) {
            if (multikey(before) && first_part(index_.pattern.parts[before].path) == first_part(index_.pattern.parts[part].path)) return true;
        }
        return false;
    }

    /// The bounds of one part from all conditions; marks the conditions that they express in full.
    [[nodiscard]] std::optional<Bounds> bounds_of_part(std::size_t part) {
        const auto&           path = index_.pattern.parts[part].path;
        std::optional<Bounds> all;
        std::vector<std::size_t> expressed;
        for (std::size_t i = 0; i < conditions_.size(); ++i) {
            auto one = bounds_of(*conditions_[i], path, multikey(part));
            if (!one) continue;
            if (one->exact) expressed.push_back(i);
            one->exact = true;
            if (!all) {
                all = std::move(one);
            } else if (!multikey(part)) {
                all = intersect(*all, *one);
            } else if ((one->points() && !all->points()) || (one->points() == all->points() && one->intervals.size() < all->intervals.size())) {
                // The planner may not intersect these bounds: on an array's path each may be met by another element.
                all = std::move(one);
            }
        }
        if (all) {
            for (const auto i : expressed) served_[i] = true;
        }
        return all;
    }

    void choose_bounds() {
        std::size_t ranges = 1;
        for (std::size_t part = 0; part < index_.pattern.parts.size(); ++part) {
            if (shares_array(part) || positional(index_, part)) break;
            const auto served_before = served_;
            auto       bounds        = bounds_of_part(part);
            if (!bounds) break;
            if (part > 0 && ranges * std::max<std::size_t>(1, bounds->intervals.size()) > max_ranges) {
                served_ = served_before;
                break;
            }
            ranges *= std::max<std::size_t>(1, bounds->intervals.size());
            const bool points = bounds->points();
            bounds_.push_back(std::move(*bounds));
            if (!points) break;
        }
    }

    void make_ranges() {
        std::vector<std::string> prefixes{std::string()};
        for (std::size_t part = 0; part < bounds_.size(); ++part) {
            const bool down      = index_.pattern.parts[part].descending;
            const auto intervals = down ? descending(bounds_[part].intervals) : bounds_[part].intervals;
            const bool last      = part + 1 == bounds_.size();
            std::vector<std::string> longer;
            for (const auto& prefix : prefixes) {
                for (const auto& interval : intervals) {
                    if (!last) {
                        longer.push_back(prefix + interval.low);
                        continue;
                    }
                    KeyRange range;
                    range.low  = prefix + interval.low;
                    range.high = interval.high.empty() ? after_prefix(prefix) : prefix + interval.high;
                    if (range.high.empty()) range.high.assign(1, '\xFF');
                    plan_.ranges.push_back(std::move(range));
                }
            }
            if (!last) prefixes = std::move(longer);
        }
        if (bounds_.empty()) plan_.ranges.push_back({std::string(), std::string(1, '\xFF')});
    }

    [[nodiscard]] bool single_point(std::size_t part) const noexcept {
        return part < bounds_.size() && bounds_[part].intervals.size() == 1 && bounds_[part].points();
    }

    /// How many leading parts of the sort the order of keys gives, and in which direction.
    void order_by_index() {
        if (request_.sort == nullptr || request_.sort->empty()) return;
        const auto& wanted = request_.sort->pattern().parts;
        const auto& parts  = index_.pattern.parts;
        std::size_t at     = 0;
        bool        known  = false;
        for (const auto& want : wanted) {
            // A part fixed to one value orders nothing.
            while (at < parts.size() && !(parts[at].path == want.path) && single_point(at)) ++at;
            if (at == parts.size() || !(parts[at].path == want.path)) break;
            // An array sorts by its lowest or highest element of all, not of those in the bounds.
            if (multikey(at)) break;
            // Behind a part of several values the order begins anew with each of them.
            if (at > 0 && !ordered_before(at)) break;
            const bool backward = parts[at].descending != want.descending;
            if (known && backward != plan_.reverse) break;
            known         = true;
            plan_.reverse = backward;
            ++plan_.sorted_parts;
            ++at;
        }
        // Rows that come twice keep the place of the first entry: only right when no part was an array.
        if (index_.multikey != 0 && plan_.ranges.size() > 1) {
            plan_.sorted_parts = 0;
            plan_.reverse      = false;
        }
    }

    /// Every part before `part` is fixed to one value or is itself a part of the sort.
    [[nodiscard]] bool ordered_before(std::size_t part) const {
        const auto& wanted = request_.sort->pattern().parts;
        for (std::size_t before = 0; before < part; ++before) {
            if (single_point(before)) continue;
            const bool sorted = std::any_of(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(plan_.sorted_parts),
                                            [&](const mql::KeyPart& want) { return want.path == index_.pattern.parts[before].path; });
            if (!sorted) return false;
        }
        return true;
    }

    [[nodiscard]] double score() const {
        double score = 0;
        for (const auto& bounds : bounds_) {
            if (!bounds.points()) score += bounds.intervals.size() == 1 ? 50 : 40;
            else if (bounds.intervals.size() <= 1) score += 100;
            else score += 80;
        }
        const bool unique = index_.spec.unique && bounds_.size() == index_.pattern.parts.size() &&
                            std::all_of(bounds_.begin(), bounds_.end(), [](const Bounds& b) { return b.points(); });
        if (unique) score += 1000;
        if (request_.sort != nullptr && !request_.sort->empty()) {
            const bool whole = plan_.sorted_parts == request_.sort->pattern().parts.size();
            if (whole) score += 60;
            else if (plan_.sorted_parts > 0 && (request_.limited || !bounds_.empty())) score += 30;
        }
        // Of two that do the same the one with fewer parts has the shorter entries.
        return score > 0 ? score - 0.01 * static_cast<double>(index_.pattern.parts.size()) : 0;
    }

    const PlanRequest&       request_;
    const IndexInfo&         index_;
    std::vector<const Node*> conditions_;
    std::vector<bool>        served_;
    std::vector<Bounds>      bounds_{};
    Plan                     plan_{};
};

/// Whether the index has an entry for every document that the filter matches.
bool complete_for(const IndexInfo& index, const Node& filter) {
    if (index.partial && !implies(filter, index.partial->root())) return false;
    if (!index.spec.sparse) return true;
    for (std::size_t part = 0; part < index.pattern.parts.size(); ++part) {
        if (!positional(index, part) && implies_exists(filter, index.pattern.parts[part].path)) return true;
    }
    return false;
}

Candidate best_index(const PlanRequest& request) {
    Candidate best;
    const auto consider = [&](const IndexInfo& index) {
        if (index.spec.hidden || !complete_for(index, *request.filter)) return;
        auto candidate = IndexPlanner(request, index).make();
        if (candidate.score > best.score) best = std::move(candidate);
    };
    consider(request.collection->id_index);
    for (const auto& index : request.collection->indexes) consider(index);
    return best;
}

/// A plan of one index for each branch of an $or, when each has one that narrows.
std::optional<Plan> plan_branches(const PlanRequest& request) {
    for (const auto* condition : conjuncts(*request.filter)) {
        if (condition->op != Op::or_) continue;
        Plan plan;
        plan.stage  = Plan::Stage::branches;
        plan.dedupe = true;
        bool all    = true;
        for (const auto& child : condition->children) {
            PlanRequest branch;
            branch.collection = request.collection;
            branch.filter     = &child;
            auto best         = best_index(branch);
            if (best.score <= 0) {
                all = false;
                break;
            }
            best.plan.exact = false;
            plan.branches.push_back(std::move(best.plan));
        }
        if (all) return plan;
    }
    return std::nullopt;
}

Result<Plan> plan_of_hint(const PlanRequest& request) {
    if (request.hint == "$natural") return Plan{};
    const auto* index = request.collection->find_index(request.hint);
    if (index == nullptr || index->spec.hidden) {
        return mql::mql_error(mql::code::bad_value, "the hint names no index of the collection", "hint");
    }
    if (index->partial && !implies(*request.filter, index->partial->root())) {
        return fail(coded(Errc::invalid_argument, code::no_query_plan, "NoQueryExecutionPlans",
                          "the hinted index is partial and does not hold every document that the filter matches", "hint"));
    }
    // A sparse index that is hinted leaves out what it does not hold, as on MongoDB.
    return IndexPlanner(request, *index).make().plan;
}

}  // namespace

Result<Plan> make_plan(const PlanRequest& request) {
    Plan whole;
    whole.exact = request.filter->op == Op::always_true;
    if (!request.hint.empty()) {
        auto hinted = plan_of_hint(request);
        if (hinted && hinted->stage == Plan::Stage::collection) hinted->exact = whole.exact;
        return hinted;
    }
    if (request.filter->op == Op::always_false) {
        whole.stage = Plan::Stage::nothing;
        return whole;
    }
    auto best = best_index(request);
    // An index with bounds on part of the filter comes before branches; one that only sorts does not.
    const bool bounded = best.score > 0 && !(best.plan.ranges.size() == 1 && best.plan.ranges.front().low.empty());
    if (!bounded) {
        if (auto branches = plan_branches(request)) return std::move(*branches);
    }
    if (best.score > 0) return std::move(best.plan);
    return whole;
}

}  // namespace tenon::sqlite
