#pragma once
// A Store for tests of one layer: run() is the test's, the rest does nothing.

#include <tenon/store/store.hpp>

class BareStore : public tenon::Store {
public:
    tenon::Result<std::unique_ptr<tenon::Session>> begin(const tenon::TransactionOptions&, const tenon::Context&) override {
        return tenon::fail(tenon::Errc::unsupported, "");
    }
    tenon::Result<void> commit(tenon::Session&, const tenon::Context&) override { return {}; }
    void                abort(tenon::Session&) noexcept override {}
    [[nodiscard]] tenon::Capabilities capabilities() const override { return {}; }
    [[nodiscard]] tenon::Health       health(const tenon::Deadline&) noexcept override { return {}; }
    tenon::Result<void>               wait_until_ready(const tenon::Deadline&, const std::stop_token&) override { return {}; }
    tenon::Result<void>               close(const tenon::Deadline&) override { return {}; }
};
