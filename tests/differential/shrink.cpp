#include "differential/shrink.hpp"

#include <algorithm>
#include <optional>

namespace tenon::differential {

namespace {


bool is_nested(bson::ValueRef value) { return value.type() == bson::Type::document || value.type() == bson::Type::array; }

/// How many elements an edit numbers: those of all depths, in the order of their bytes.
std::size_t elements(bson::View view) {
    std::size_t number = 0;
    for (const auto& element : view) number += 1 + (is_nested(element.value) ? elements(element.value.as_view()) : 0);
    return number;
}

/// Builds a copy in which element `target` is left out or simplified.
class Edit {
public:
    enum class Kind : std::uint8_t { remove, hoist, to_one, to_null };

    Edit(std::size_t target, Kind kind) : target_(target), kind_(kind) {}

    /// Empty when the edit would change nothing.
    std::optional<bson::Document> operator()(bson::View from) {
        bson::Builder builder;
        copy(builder, from, false);
        if (!changed_) return std::nullopt;
        auto made = builder.finish();
        if (!made) return std::nullopt;
        return std::move(*made);
    }

private:
    void copy(bson::Builder& builder, bson::View from, bool array) {
        for (const auto& element : from) {
            const auto at = at_++;
            if (at == target_ && edit(builder, element, array)) {
                if (is_nested(element.value)) at_ += elements(element.value.as_view());
                continue;
            }
            if (!is_nested(element.value)) {
                add(builder, element.key, element.value, array);
                continue;
            }
            const bool inner = element.value.type() == bson::Type::array;
            if (array) inner ? builder.push_array() : builder.push_document();
            else inner ? builder.open_array(element.key) : builder.open_document(element.key);
            copy(builder, element.value.as_view(), inner);
            builder.close();
        }
    }

    static void add(bson::Builder& builder, std::string_view key, bson::ValueRef value, bool array) {
        if (array) builder.push(value);
        else builder.append(key, value);
    }

    bool edit(bson::Builder& builder, const bson::Element& element, bool array) {
        const auto one = bson::Value(std::int32_t{1});
        switch (kind_) {
            case Kind::remove: break;
            case Kind::hoist:  // {a: [x]} becomes {a: x}
                if (!is_nested(element.value) || element.value.as_view().empty()) return false;
                add(builder, element.key, element.value.as_view().begin()->value, array);
                break;
            case Kind::to_one:
                if (element.value.identical(one.ref())) return false;
                add(builder, element.key, one.ref(), array);
                break;
            case Kind::to_null:
                if (element.value.type() == bson::Type::null || element.value.identical(one.ref())) return false;
                add(builder, element.key, bson::Value(bson::Null{}).ref(), array);
                break;
        }
        changed_ = true;
        return true;
    }

    std::size_t target_;
    Kind        kind_;
    std::size_t at_      = 0;
    bool        changed_ = false;
};

class Shrinker {
public:
    Shrinker(std::vector<bson::Document> operations, const std::function<bool(const std::vector<bson::Document>&)>& fails, int budget)
        : operations_(std::move(operations)), fails_(fails), budget_(budget) {}

    std::vector<bson::Document> run() {
        for (bool again = true; again && budget_ > 0;) {
            again = drop_operations();
            for (const auto kind : {Edit::Kind::remove, Edit::Kind::hoist, Edit::Kind::to_one, Edit::Kind::to_null}) again = edit_all(kind) || again;
        }
        return std::move(operations_);
    }

private:
    bool take(std::vector<bson::Document> candidate) {
        if (budget_-- <= 0 || !fails_(candidate)) return false;
        operations_ = std::move(candidate);
        return true;
    }

    // By halves first, from the end: most of a session has nothing to do with its end.
    bool drop_operations() {
        bool dropped = false;
        for (std::size_t size = std::max<std::size_t>(operations_.size() / 2, 1);; size /= 2) {
            for (std::size_t end = operations_.size(); end >= size && end > 0;) {
                auto candidate = operations_;
                candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(end - size), candidate.begin() + static_cast<std::ptrdiff_t>(end));
                const bool taken = !candidate.empty() && take(std::move(candidate));
                dropped          = dropped || taken;
                end -= size;
                if (budget_ <= 0) return dropped;
            }
            if (size == 1) return dropped;
        }
    }

    bool edit_all(Edit::Kind kind) {
        bool edited = false;
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            // The first element is the verb.
            for (std::size_t target = 1; target < elements(operations_[i]) && budget_ > 0;) {
                auto made = Edit(target, kind)(operations_[i]);
                bool taken = false;
                if (made) {
                    auto candidate = operations_;
                    candidate[i]   = std::move(*made);
                    taken          = take(std::move(candidate));
                }
                edited = edited || taken;
                if (!taken || kind == Edit::Kind::to_one || kind == Edit::Kind::to_null) ++target;
            }
        }
        return edited;
    }

    std::vector<bson::Document>                                    operations_;
    const std::function<bool(const std::vector<bson::Document>&)>& fails_;
    int                                                            budget_;
};

}  // namespace

std::vector<bson::Document> shrink(std::vector<bson::Document> operations, const std::function<bool(const std::vector<bson::Document>&)>& fails,
                                   int budget) {
    return Shrinker(std::move(operations), fails, budget).run();
}

}  // namespace tenon::differential
