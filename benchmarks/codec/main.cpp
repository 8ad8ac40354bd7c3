// Encode against libbson's appends, decode against a plain copy of the struct: same document, same process, interleaved rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model.hpp>

#include "message.hpp"
#include "peer.hpp"

template <>
struct tenon::Model<bench::Message> : tenon::Defaults<bench::Message> {};

namespace {

constexpr int rounds  = 101;
constexpr int repeats = 2000;

// What is computed must be seen by someone.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

template <class Work>
double nanoseconds(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) work();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    return spent.count() / repeats;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

struct Figure {
    const char* name;
    double      bar;
    bool        faster;  // ours is to be that many times as fast; else it may take that many times as long
};

bool print(const Figure& figure, const std::vector<double>& ours, const std::vector<double>& peer) {
    const double a = median(ours), b = median(peer);
    const double ratio = figure.faster ? b / a : a / b;
    const bool   ok    = figure.faster ? ratio >= figure.bar : ratio <= figure.bar;
    std::printf("%-28s %8.1f ns %8.1f ns %6.2f  %s%.2f  %s\n", figure.name, a, b, ratio, figure.faster ? ">=" : "<=", figure.bar, ok ? "ok" : "short");
    return ok;
}

[[noreturn]] void stop(const char* what) {
    std::fprintf(stderr, "bench_codec: %s\n", what);
    std::fflush(stdout);
    std::_Exit(2);
}

bool run(bool ascii) {
    const bench::Message      message = bench::sample(ascii);
    std::vector<std::uint8_t> bytes;
    if (!tenon::encode(message, bytes)) stop("encode failed");
    bson_t document = BSON_INITIALIZER;
    bench::append(&document, message);
    if (document.len != bytes.size() || std::memcmp(bson_get_data(&document), bytes.data(), bytes.size()) != 0) {
        stop("the two sides write different documents");
    }
    std::printf("# %s message of %zu bytes\n", ascii ? "ASCII" : "non-ASCII", bytes.size());

    std::vector<std::uint8_t> buffer;
    bench::Message            reused;
    std::vector<double>       encode_ours, encode_peer, copy, fresh, into;
    for (int round = 0; round < rounds; ++round) {
        encode_ours.push_back(nanoseconds([&] {
            if (!tenon::encode(message, buffer)) stop("encode failed");
            keep(buffer);
        }));
        encode_peer.push_back(nanoseconds([&] {
            bench::append(&document, message);
            keep(document);
        }));
        copy.push_back(nanoseconds([&] {
            const bench::Message copied = message;  // NOLINT(performance-unnecessary-copy-initialization): it is what is measured
            keep(copied);
        }));
        fresh.push_back(nanoseconds([&] {
            const auto read = tenon::decode<bench::Message>(std::span<const std::uint8_t>(bytes));
            if (!read) stop("decode failed");
            keep(read);
        }));
        into.push_back(nanoseconds([&] {
            if (!tenon::decode_into(std::span<const std::uint8_t>(bytes), reused)) stop("decode failed");
            keep(reused);
        }));
    }
    bson_destroy(&document);
    const std::string suffix = ascii ? ".ascii" : ".text";
    bool              ok     = print({("codec.encode" + suffix).c_str(), ascii ? 6.0 : 4.0, true}, encode_ours, encode_peer);
    ok = print({("codec.decode.fresh" + suffix).c_str(), ascii ? 3.0 : 3.4, false}, fresh, copy) && ok;
    ok = print({("codec.decode.reused" + suffix).c_str(), ascii ? 1.8 : 2.3, false}, into, copy) && ok;
    return ok;
}

}  // namespace

int main() {
    std::printf("%-28s %11s %11s %6s  %s\n", "figure", "ours", "peer", "ratio", "bar");
    const bool ascii = run(true);
    return run(false) && ascii ? 0 : 1;
}
