#include "mql/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "mql/mql_error.hpp"

namespace tenon::mql {

namespace {

constexpr int bad_pattern   = 51091;
constexpr int bad_option    = 51108;
constexpr int match_trouble = 51156;

// The work of one match: enough for any honest pattern over a document of 16 MiB, and an answer within a second for
// one whose backtracking explodes.
constexpr std::uint32_t match_limit = 10'000'000;
constexpr std::uint32_t depth_limit = 1'000'000;
constexpr std::uint32_t heap_limit  = 64 * 1024;  // KiB

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using MatchData    = std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Deleter<pcre2_match_context_free>>;

// One of each for a thread: PCRE2 keeps its backtracking frames in the match data, so a scan reuses their memory.
struct Scratch {
    MatchData    data{pcre2_match_data_create(1, nullptr)};
    MatchContext context{pcre2_match_context_create(nullptr)};

    Scratch() {
        if (!context) return;
        pcre2_set_match_limit(context.get(), match_limit);
        pcre2_set_depth_limit(context.get(), depth_limit);
        pcre2_set_heap_limit(context.get(), heap_limit);
    }
};

}  // namespace

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view pattern, std::string_view options) {
    std::uint32_t flags = PCRE2_UTF;
    for (const char option : options) {
        switch (option) {
            case 'i': flags |= PCRE2_CASELESS; break;
            case 'm': flags |= PCRE2_MULTILINE; break;
            case 's': flags |= PCRE2_DOTALL; break;
            case 'u': break;
            case 'x': flags |= PCRE2_EXTENDED; break;
            default: return mql_error(bad_option, "invalid flag in regex options; the flags are i, m, s, u and x");
        }
    }
    const std::shared_ptr<Pattern> made(new Pattern(pattern, options));
    int         problem = 0;
    PCRE2_SIZE  at      = 0;
    pcre2_code* code    = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &problem,
                                        &at, nullptr);
    if (code == nullptr) {
        PCRE2_UCHAR text[128] = {};
        pcre2_get_error_message(problem, text, sizeof text);
        return mql_error(bad_pattern, "Regular expression is invalid: " + std::string(reinterpret_cast<const char*>(text)) +
                                          " at offset " + std::to_string(at));
    }
    made->code_ = code;
    return std::shared_ptr<const Pattern>(made);
}

Pattern::~Pattern() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

Result<bool> Pattern::matches(std::string_view text) const {
    thread_local const Scratch scratch;
    if (!scratch.data || !scratch.context) return mql_error(match_trouble, "no memory to run a regular expression");
    const int found = pcre2_match(static_cast<const pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                  text.size(), 0, 0, scratch.data.get(), scratch.context.get());
    if (found >= 0) return true;
    // Text that is no UTF-8 has its own range of codes; MongoDB too takes it as not matching.
    if (found == PCRE2_ERROR_NOMATCH || (found <= PCRE2_ERROR_UTF8_ERR1 && found >= PCRE2_ERROR_UTF8_ERR21)) return false;
    return mql_error(match_trouble, "a regular expression passed its limit of work; make the pattern backtrack less (PCRE2 code " +
                                        std::to_string(found) + ")");
}

}  // namespace tenon::mql
