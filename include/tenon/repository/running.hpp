#pragma once
// Running: a call at work on a database, from its beginning to its end. It is what Database::close waits for.

namespace tenon::detail {

class Gate;

/// Of one call, or of several that are one to the caller (a find, and the documents that it reads). What begins inside another one of the
/// same database on the same thread is a part of it: it is let in though the database was closed meanwhile.
/// An automatic variable: it ends on its own thread, after those that began inside it.
class Running {
public:
    /// Asks the gate of a database; null: nobody is asked, as for a call bound to a transaction, which runs itself.
    explicit Running(Gate* gate) noexcept;
    Running(const Running&)            = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (gate_ != nullptr) end();
    }

    /// The database is closed: nothing may be done.
    [[nodiscard]] bool refused() const noexcept { return refused_; }

private:
    friend class Gate;
    void end() noexcept;

    Gate*          gate_    = nullptr;  // that counts it; null: it is a part of another one, or was refused
    const Running* outer_   = nullptr;  // the one that this thread began before
    bool           refused_ = false;
};

}  // namespace tenon::detail
