#pragma once
// Clause: what Filter, Update, Sort and Projection are underneath: an owned document and the first mistake made in building it.

#include <memory>
#include <string>

#include <tenon/bson/document.hpp>
#include <tenon/result.hpp>

namespace tenon::query {

/// A document in MongoDB's language. A regular value type; it borrows nothing.
///
/// A mistake that only shows at run time (a map key with a dot, two updates of one path) does not stop the expression it is in:
/// it is kept, survives every combination, and is what the call that uses the clause fails with.
class Clause {
public:
    Clause() = default;
    explicit Clause(bson::Document document) : document_(std::move(document)) {}
    explicit Clause(Error error);

    /// The MongoDB form. Without meaning when there is an error.
    [[nodiscard]] const bson::Document& document() const noexcept { return document_; }
    /// The first mistake, or null.
    [[nodiscard]] const Error* error() const noexcept { return error_.get(); }
    /// The document, or the mistake. @errors invalid_argument or encode, with the path.
    [[nodiscard]] Result<bson::Document> checked() const;
    /// Neither a document's fields nor a mistake: nothing was asked for.
    [[nodiscard]] bool empty() const noexcept { return document_.empty() && !error_; }
    /// Relaxed Extended JSON, `{"qty": {"$gt": 5}}`; of a mistaken clause "(invalid: <message>)".
    [[nodiscard]] std::string to_json() const;

    /// Same bytes, and both mistaken or neither.
    friend bool operator==(const Clause& a, const Clause& b) noexcept {
        return a.document_ == b.document_ && !a.error_ == !b.error_;
    }

protected:
    void keep_error(const Clause& other) {
        if (!error_) error_ = other.error_;
    }

    bson::Document               document_{};
    std::shared_ptr<const Error> error_{};
};

}  // namespace tenon::query
