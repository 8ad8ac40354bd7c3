#pragma once
// An open store with one collection of its own, and what an operation on it answered in a form that can be compared.

#include <string>
#include <vector>

#include <tenon/repository/run.hpp>

namespace tenon::differential {

/// What one operation answered. Of a failure only `error` counts.
struct Answer {
    bool                        failed = false;
    Error                       error{};
    bson::Document              reply{};      ///< counts, ids and other scalars, by name
    std::vector<bson::Document> documents{};  ///< of find and find_and_modify; of distinct, each value as {v: value}
};

/// What is planted in an engine to see that it is found out.
enum class Fault : std::uint8_t {
    none,
    gte_is_gt,   ///< filters: $gte leaves out what is equal
    inc_is_set,  ///< updates: $inc stores its operand
    no_update,   ///< updates are unsupported
};

class Engine {
public:
    /// Makes the collection. @errors those of `open`.
    [[nodiscard]] static Result<Engine> open(const std::string& uri, const std::string& collection, Fault fault = Fault::none);

    [[nodiscard]] Answer run(Operation operation);
    /// All documents by _id. @errors those of find.
    [[nodiscard]] Result<std::vector<bson::Document>> stored();
    /// No documents, and no index but the one on _id. @errors those of the calls.
    [[nodiscard]] Result<void> clear();
    /// Removes the collection.
    void drop();

private:
    Engine(Database database, std::string collection, Fault fault)
        : database_(std::move(database)), collection_(std::move(collection)), fault_(fault) {}

    Database    database_;
    std::string collection_{};
    Fault       fault_   = Fault::none;
    bool        indexed_ = false;
};

}  // namespace tenon::differential
