#pragma once
// A progress bar on a terminal, plain lines elsewhere.

#include <cstddef>
#include <string>

class Progress {
public:
    Progress(std::string label, std::size_t total);
    void to(std::size_t done);

private:
    std::string label_;
    std::size_t total_;
    std::size_t shown_ = 0;  // tenths that a plain log has seen
    bool        terminal_;
};
