#include "faults/server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <mongoc/mongoc.h>

namespace faults {

namespace bson = tenon::bson;
using namespace std::chrono_literals;

namespace {

/// What a command of the shell prints on its standard output, without the line's end; the test fails when the command does.
std::string shell(const std::string& words) {
    std::string text;
    FILE*       pipe = ::popen(words.c_str(), "r");  // NOLINT(cert-env33-c): the words are this file's own
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), pipe)) text.append(piece.data(), count);
    const int status = ::pclose(pipe);
    REQUIRE_MESSAGE(status == 0, words, ": ", text);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// Asks until the answer is yes; the test fails after 30 s. A server's state has no event to wait on from outside.
template <class Question>
auto wait_until(const char* what, const Question& question) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    for (;;) {
        if (auto answer = question()) return answer;
        REQUIRE_MESSAGE(std::chrono::steady_clock::now() < until, "waited 30 s for ", what);
        std::this_thread::sleep_for(50ms);
    }
}

}  // namespace

struct Admin::Client {
    mongoc_client_t* held = nullptr;
};

Admin::Admin(const std::string& uri) : client_(std::make_unique<Client>()) {
    mongoc_init();
    bson_error_t said{};
    auto*        parsed = mongoc_uri_new_with_error(uri.c_str(), &said);
    REQUIRE_MESSAGE(parsed != nullptr, said.message);
    mongoc_uri_set_option_as_int32(parsed, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 5000);
    mongoc_uri_set_option_as_int32(parsed, MONGOC_URI_SOCKETTIMEOUTMS, 20000);
    client_->held = mongoc_client_new_from_uri(parsed);
    mongoc_uri_destroy(parsed);
    REQUIRE(client_->held != nullptr);
}

Admin::~Admin() { mongoc_client_destroy(client_->held); }

bson::Document Admin::run(std::string_view command_json) const {
    auto   command = bson::from_json(command_json);
    REQUIRE(command.has_value());
    bson_t words;
    REQUIRE(bson_init_static(&words, command->view().bytes().data(), command->size()));
    bson_t       reply;
    bson_error_t said{};
    const bool   ok = mongoc_client_command_simple(client_->held, "admin", &words, nullptr, &reply, &said);
    bson::Document out;
    if (ok) out = bson::Document(bson::View(bson_get_data(&reply)));
    bson_destroy(&reply);
    return out;
}

FailPoint::FailPoint(const std::string& uri, int times, std::string_view data_json) : admin_(uri) {
    const auto set = admin_.run(R"({"configureFailPoint":"failCommand","mode":{"times":)" + std::to_string(times) + R"(},"data":)" +
                                std::string(data_json) + "}");
    REQUIRE_MESSAGE(!set.empty(), "the server takes no fail point: it needs enableTestCommands");
}

FailPoint::~FailPoint() { (void)admin_.run(R"({"configureFailPoint":"failCommand","mode":"off"})"); }

ReplicaSet::ReplicaSet(const std::string& name, const std::string& options) : name_(name) {
    tell("stop");
    uri_ = shell(TENON_SOURCE_DIR "/scripts/mongod start --own --name " + name_ + " " + options);
    if (options.find("--members") != std::string::npos) wait_for_members();
}

ReplicaSet::~ReplicaSet() {
    const auto words = TENON_SOURCE_DIR "/scripts/mongod stop --name " + name_ + " >/dev/null";
    (void)std::system(words.c_str());  // NOLINT(cert-env33-c,concurrency-mt-unsafe): the words are this file's own
}

void ReplicaSet::tell(const std::string& words) const {
    (void)shell(TENON_SOURCE_DIR "/scripts/mongod " + words + " --name " + name_);
}

std::string ReplicaSet::uri_of(std::string_view database, std::string_view options) const { return with_database(uri_, database, options); }

std::string ReplicaSet::direct(int port) { return "mongodb://127.0.0.1:" + std::to_string(port) + "/?directConnection=true"; }

std::vector<int> ReplicaSet::ports() const {
    // mongodb://127.0.0.1:27101,127.0.0.1:27102/...: the hosts stand between the slashes.
    std::vector<int> out;
    const auto       hosts = uri_.substr(10, uri_.find('/', 10) - 10);
    for (std::size_t from = 0; from < hosts.size();) {
        const auto end = std::min(hosts.find(',', from), hosts.size());
        out.push_back(std::stoi(hosts.substr(hosts.find(':', from) + 1, end)));
        from = end + 1;
    }
    return out;
}

int ReplicaSet::primary() const {
    for (const int port : ports()) {
        const auto hello = Admin(direct(port)).run(R"({"hello":1})");
        if (const auto writable = hello["isWritablePrimary"]; writable.type() == bson::Type::boolean && writable.as_bool()) return port;
    }
    return 0;
}

void ReplicaSet::kill(int port) const { tell("kill " + member(port)); }
void ReplicaSet::restart(int port) const { tell("restart " + member(port)); }

// scripts/mongod counts members in the order of the URI's hosts.
std::string ReplicaSet::member(int port) const {
    const auto all = ports();
    return std::to_string(std::find(all.begin(), all.end(), port) - all.begin());
}

int ReplicaSet::wait_for_primary(int except) const {
    return wait_until("a primary", [&] {
        const int port = primary();
        return port == except ? 0 : port;
    });
}

void ReplicaSet::wait_for_members() const {
    wait_until("all members", [&] {
        for (const int port : ports()) {
            const auto hello     = Admin(direct(port)).run(R"({"hello":1})");
            const auto writable  = hello["isWritablePrimary"];
            const auto secondary = hello["secondary"];
            if (writable.missing() || !(writable.as_bool() || secondary.as_bool())) return false;
        }
        return primary() != 0;
    });
}

std::string server_uri() {
    const char* uri = std::getenv("TENON_MONGODB_URI");  // NOLINT(concurrency-mt-unsafe): tests read it on one thread
    REQUIRE_MESSAGE(uri != nullptr, "TENON_MONGODB_URI names no server; scripts/test starts one");
    return uri;
}

std::string with_database(const std::string& uri, std::string_view database, std::string_view options) {
    const auto  scheme   = uri.find("://") + 3;
    const auto  slash    = std::min(uri.find('/', scheme), uri.size());
    const auto  question = uri.find('?', scheme);
    std::string out      = uri.substr(0, std::min(slash, question));
    out += '/';
    out += database;
    std::string all(question == std::string::npos ? std::string_view() : std::string_view(uri).substr(question + 1));
    if (!options.empty()) {
        if (!all.empty()) all += '&';
        all += options;
    }
    if (!all.empty()) out += "?" + all;
    return out;
}

std::string fresh_name(std::string_view stem) { return std::string(stem) + "_" + tenon::ObjectId::generate().to_string(); }

}  // namespace faults
