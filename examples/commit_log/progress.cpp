#include "progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDOUT_FILENO) != 0) {
    to(0);
}

void Progress::to(std::size_t done) {
    const std::size_t tenths = total_ == 0 ? 10 : done * 10 / total_;
    if (terminal_) {
        const std::size_t width = 30;
        const std::size_t full  = total_ == 0 ? width : done * width / total_;
        std::printf("\r%s [%s%s] %zu/%zu", label_.c_str(), std::string(full, '#').c_str(), std::string(width - full, '.').c_str(), done, total_);
        if (done == total_) std::printf("\n");
        std::fflush(stdout);
    } else if (done == total_ && shown_ < 10) {
        std::printf("%s: %zu of %zu\n", label_.c_str(), done, total_);
        shown_ = 10;
    } else if (tenths > shown_ && tenths % 5 == 0) {
        std::printf("%s: %zu of %zu\n", label_.c_str(), done, total_);
        shown_ = tenths;
    }
}
