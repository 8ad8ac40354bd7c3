#pragma once
// Whether two engines answered alike.

#include <map>

#include "differential/engine.hpp"

namespace tenon::differential {

/// An ObjectId of now, which no generated document has.
[[nodiscard]] bool is_made(bson::ValueRef id);

/// ObjectIds that each engine made by itself (upserts without an _id) differ; they are given the same name on both sides.
class MadeIds {
public:
    /// Learns from two replies to the same operation.
    void learn(const Answer& left, const Answer& right);
    /// And from what is stored: of a bulk that failed midway no reply says which ids it made.
    void learn(const std::vector<bson::Document>& left, const std::vector<bson::Document>& right);
    [[nodiscard]] bson::Document renamed(const bson::Document& document) const;

private:
    void learn(bson::ValueRef left, bson::ValueRef right);

    std::map<bson::ObjectId, std::uint32_t> numbers_{};
    std::uint32_t                           next_ = 0;
};

/// Empty when they agree, else what differs, in one line for a person.
[[nodiscard]] std::string difference(bson::View operation, const Answer& left, const Answer& right, const MadeIds& ids);
/// The same of all documents, by _id.
[[nodiscard]] std::string difference(const std::vector<bson::Document>& left, const std::vector<bson::Document>& right, const MadeIds& ids);

}  // namespace tenon::differential
