#include "mongo/uri_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "mongo/driver.hpp"

namespace tenon::mongo {

namespace {

// Ours: the pool is. The driver of 2.x knows neither minPoolSize nor maxIdleTimeMS.
constexpr std::array<std::string_view, 4> own{"minpoolsize", "maxpoolsize", "maxidletimems", "waitqueuetimeoutms"};

// What the driver reads without one of its mongoc_uri_option_is_* calls telling so.
constexpr std::string_view read_by_name[] = {
    MONGOC_URI_AUTHMECHANISM, MONGOC_URI_AUTHMECHANISMPROPERTIES, MONGOC_URI_AUTHSOURCE, MONGOC_URI_COMPRESSORS, MONGOC_URI_GSSAPISERVICENAME,
    MONGOC_URI_READCONCERNLEVEL, MONGOC_URI_READPREFERENCETAGS, MONGOC_URI_W,
#ifdef MONGOC_URI_SERVERMONITORINGMODE
    MONGOC_URI_SERVERMONITORINGMODE,
#endif
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

bool is_known(const std::string& name) {
    return std::find(own.begin(), own.end(), name) != own.end() || std::find(std::begin(read_by_name), std::end(read_by_name), name) != std::end(read_by_name) ||
           mongoc_uri_option_is_int32(name.c_str()) || mongoc_uri_option_is_int64(name.c_str()) || mongoc_uri_option_is_bool(name.c_str()) ||
           mongoc_uri_option_is_utf8(name.c_str());
}

/// Calls `each(name, value, pair)` for the options in their order.
template <class Each>
void for_options(std::string_view uri, Each each) {
    for (auto from = uri.find('?'); from < uri.size();) {
        const auto end    = std::min(uri.find('&', from + 1), uri.size());
        const auto pair   = uri.substr(from + 1, end - from - 1);
        const auto equals = std::min(pair.find('='), pair.size());
        if (!pair.empty()) each(pair.substr(0, equals), equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), pair);
        from = end;
    }
}

}  // namespace

Result<void> check_options(std::string_view uri) {
    Result<void> fine;
    // Behind an '@' that was to be escaped a piece of the password looks like an option; its name is kept back.
    const bool named = uri.find('@', std::min(uri.find('?'), uri.size())) == std::string_view::npos;
    for_options(uri, [&](std::string_view name, std::string_view, std::string_view) {
        if (!fine || is_known(lower(name))) return;
        const std::string word = named ? "\"" + std::string(name) + "\"" : "one of its options, if that is what stands behind the '?'";
        fine = fail(Errc::invalid_argument,
                    "the URI has an option that the MongoDB driver " MONGOC_VERSION_S " does not know: " + word +
                        "; correct it or leave it out, since it would have no effect",
                    named ? std::string(name) : std::string("uri"));
    });
    return fine;
}

std::string without_options(std::string_view uri, std::initializer_list<std::string_view> names) {
    std::string kept(uri.substr(0, uri.find('?')));
    char        joint = '?';
    for_options(uri, [&](std::string_view name, std::string_view, std::string_view pair) {
        if (std::find(names.begin(), names.end(), lower(name)) != names.end()) return;
        kept += joint;
        kept += pair;
        joint = '&';
    });
    return kept;
}

Result<std::optional<std::uint32_t>> number_of(std::string_view uri, std::string_view wanted) {
    std::optional<std::uint32_t> number;
    std::string                  wrong;
    for_options(uri, [&](std::string_view name, std::string_view value, std::string_view) {
        if (lower(name) != wanted || value.empty()) return;
        std::int32_t read     = 0;
        const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), read);
        if (bad != std::errc{} || end != value.data() + value.size() || read < 0) wrong = name;
        number = static_cast<std::uint32_t>(read);
    });
    if (!wrong.empty()) return fail(Errc::invalid_argument, "the URI's option \"" + wrong + "\" is no number from 0 to 2147483647", wrong);
    return number;
}

}  // namespace tenon::mongo
