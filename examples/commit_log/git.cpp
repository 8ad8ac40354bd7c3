#include "git.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

// What git prints; nothing when it could not be started or failed. No shell in between: a path is just a path.
std::optional<std::string> run(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return std::nullopt;
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t     child   = 0;
    const int spawned = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string           out;
    std::array<char, 65536> buffer{};
    for (ssize_t n = 0; spawned == 0 && (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
        out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    close(ends[0]);
    if (spawned != 0) return std::nullopt;
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return out;
}

// Takes the text up to the next `end` off the front.
std::string_view take(std::string_view& text, char end) {
    const auto at   = text.find(end);
    const auto part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

}  // namespace

tenon::Result<std::vector<Commit>> read_history(const std::string& directory) {
    // With -z git ends each format and each path by NUL, which neither a message nor a path can hold: six fields, then the
    // paths, then an empty one before the next commit.
    const auto out = run({"git", "-C", directory, "log", "--reverse", "--no-renames", "--name-only", "-z", "--encoding=UTF-8",
                          "--format=%x00%H%x00%an%x00%ae%x00%at%x00%s%x00%b"});
    if (!out) {
        return tenon::fail(tenon::Errc::invalid_argument,
                           "git could not read a history in \"" + directory + "\"; name a repository with --git DIR");
    }
    std::vector<Commit> commits;
    std::string_view    rest = *out;
    take(rest, '\0');
    while (!rest.empty()) {
        Commit commit;
        commit.hash         = take(rest, '\0');
        commit.author_name  = take(rest, '\0');
        commit.author_email = take(rest, '\0');
        commit.seconds      = std::strtoll(std::string(take(rest, '\0')).c_str(), nullptr, 10);
        commit.subject      = take(rest, '\0');
        commit.body         = take(rest, '\0');
        while (!rest.empty()) {
            auto path = take(rest, '\0');
            if (!path.empty() && path.front() == '\n') path.remove_prefix(1);
            if (path.empty()) break;
            commit.paths.emplace_back(path);
        }
        commits.push_back(std::move(commit));
    }
    return commits;
}
