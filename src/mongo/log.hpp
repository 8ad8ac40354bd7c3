#pragma once
// The driver's own messages. It prints them on stderr unless a handler is set, and there is one handler in a process: ours, which
// gives them to the log sinks of the open pools and is silent where there is none.

#include <memory>

#include <tenon/store/config.hpp>

namespace tenon::mongo {

/// Starts the driver, once in a process, with nothing printed.
void start_driver();

// Around fork(), from fork.cpp: so that a child finds the list of the sinks free and whole.
void lock_sinks();
void unlock_sinks();

/// Sends the driver's messages to a sink for as long as this lives.
class LogTap {
public:
    explicit LogTap(std::shared_ptr<LogSink> sink);
    LogTap(const LogTap&)            = delete;
    LogTap& operator=(const LogTap&) = delete;
    ~LogTap();

private:
    std::shared_ptr<LogSink> sink_;
};

}  // namespace tenon::mongo
