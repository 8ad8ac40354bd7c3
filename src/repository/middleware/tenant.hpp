#pragma once
// Tenant: the layer in front of the engine, where each verb is scoped to the tenant of its context.

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

/// Requests without a tenant pass. One with a tenant is refused: this build has no strategy that keeps tenants apart, and a
/// request that passed unscoped would read and write everyone's documents.
class Tenant final : public Middleware {
public:
    using Middleware::Middleware;
    Result<Reply> run(Request request, Session& session) override;
};

}  // namespace tenon::repository
