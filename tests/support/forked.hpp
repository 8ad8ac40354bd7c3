#pragma once
// Children of fork() for tests of what they find.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace support {

/// How many children in a row, up to `turns`, end with `child() == true`, each within ten seconds. Another thread may hold anything at a fork: one of
/// these will meet it.
template <class Child>
int children_that_end_well(int turns, const Child& child) {
    for (int well = 0; well < turns; ++well) {
        const pid_t made = ::fork();
        if (made == 0) {
            ::alarm(10);
            std::_Exit(child() ? 0 : 1);
        }
        int status = -1;
        if (made < 0 || ::waitpid(made, &status, 0) != made || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return well;
    }
    return turns;
}

}  // namespace support
