#pragma once
// A session: operations played on two engines, one after another, until they disagree.

#include "differential/compare.hpp"
#include "differential/engine.hpp"
#include "differential/operations.hpp"

namespace tenon::differential {

/// What came of one operation.
struct Step {
    enum class Verdict : std::uint8_t {
        same,
        divergent,
        refused,    ///< by the driver, for a key that it does not take; the embedded store may have done it, so the session ends
        undefined,  ///< failed midway on some of many documents: which ones were done before depends on the plan; the session ends
        broken,     ///< an engine could not be asked
    };
    Verdict     verdict = Verdict::same;
    std::string what{};  ///< of divergent and broken: in one line
};

class Players {
public:
    /// `left` is the engine under test, `right` the oracle.
    Players(Engine left, Engine right) : left_(std::move(left)), right_(std::move(right)) {}

    /// Empties both. @errors those of the engines.
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Step         play(bson::View operation);
    /// The first step that is not `same`, or the last one.
    [[nodiscard]] Step play_all(const std::vector<bson::Document>& operations);

    /// Of a write of one document whose filter matches several: the same for the first of them by _id. Which one an engine takes is
    /// not promised.
    [[nodiscard]] bson::Document definite(const bson::Document& operation);

    void drop();

private:
    [[nodiscard]] bool           depends_on_plan(bson::View operation) const;
    [[nodiscard]] bson::Document definite(bson::View body, bool always);

    Engine  left_;
    Engine  right_;
    MadeIds ids_{};
    bool    indexed_ = false;
};

}  // namespace tenon::differential
