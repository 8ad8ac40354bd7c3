#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include <doctest/doctest.h>

#include <tenon/store/config.hpp>
#include <tenon/store/environment.hpp>

using tenon::Config;
using tenon::EnvNames;
using tenon::Environment;
using tenon::Errc;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

/// A file of this test, removed at the end.
struct File {
    explicit File(std::string_view text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    File(const File&)            = delete;
    File& operator=(const File&) = delete;
    ~File() { std::filesystem::remove(path); }

    std::string path = (std::filesystem::temp_directory_path() / ("tenon-env-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))).string();
};

}  // namespace

TEST_CASE("a line of a .env file is a name and a value") {
    struct Row {
        std::string_view text;
        const char*      value;  // of A; null: not set
    };
    const Row rows[] = {
        {"A=b", "b"},
        {"A=b\n", "b"},
        {"A=b\r\nB=c\r\n", "b"},
        {"\xEF\xBB\xBF"
         "A=b",
         "b"},
        {"  A = b c \t", "b c"},
        {"export A=b", "b"},
        {"export\tA='b'", "b"},
        {"export=1\nA=b", "b"},
        {"# A=x\n\n   # more\nA=b", "b"},
        {"A=b # said", "b"},
        {"A=b#c", "b#c"},
        {"A=#c", nullptr},
        {"A=", nullptr},
        {"A=''", nullptr},
        {"B=c", nullptr},
        {"a=c", nullptr},
        {"A=$HOME/x", "$HOME/x"},
        {"A=b=c", "b=c"},
        {"A=it's", "it's"},
        {R"(A='b # "c" \n $X' # said)", R"(b # "c" \n $X)"},
        {R"(A="b # 'c' \\ \" \$X \t" # said)", "b # 'c' \\ \" $X \t"},
        {R"(A="l1\nl2\r")", "l1\nl2\r"},
        {"A=mongodb://app:p%40ss@db1,db2/shop?w=majority&tls=true", "mongodb://app:p%40ss@db1,db2/shop?w=majority&tls=true"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto read = Environment::parse(row.text);
        REQUIRE(read.has_value());
        const auto value = read->get("A");
        CHECK(value.has_value() == (row.value != nullptr));
        if (row.value != nullptr) CHECK(value == std::string(row.value));
    }
}

TEST_CASE("a bad line of a .env file is refused by its number, without its content") {
    struct Row {
        std::string_view text;
        const char*      line;
    };
    const Row rows[] = {
        {"s3cret", "line 1 "},
        {"A=b\n\ns3cret", "line 3 "},
        {"=s3cret", "line 1 "},
        {"1A=s3cret", "line 1 "},
        {"A-B=s3cret", "line 1 "},
        {"A B=s3cret", "line 1 "},
        {"A='s3cret", "line 1 "},
        {"A='s3cret' more", "line 1 "},
        {"A='s3cret'#no blank", "line 1 "},
        {"#\nA=\"s3cret", "line 2 "},
        {R"(A="s3cret\")", "line 1 "},
        {R"(A="s3cret\x")", "line 1 "},
        {"A=\"s3cret\nB\"", "line 1 "},
        {"A=b\nA=s3cret", "line 2 "},
        {std::string_view("A=b\nB=s3\0cret", 13), "line 2 "},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto read = Environment::parse(row.text);
        REQUIRE(!read.has_value());
        CHECK(read.error().code == Errc::invalid_argument);
        CHECK(read.error().message.find(row.line) != std::string::npos);
        CHECK(read.error().to_string().find("s3") == std::string::npos);
    }
}

TEST_CASE("what the process has wins over the file") {
    const File file("TENON_TEST_BOTH=file\nTENON_TEST_FILE=file\n");
    setenv("TENON_TEST_BOTH", "process", 1);
    const auto both = Environment::with_file(file.path);
    REQUIRE(both.has_value());
    CHECK(both->get("TENON_TEST_BOTH") == "process");
    CHECK(both->get("TENON_TEST_FILE") == "file");
    CHECK(std::getenv("TENON_TEST_FILE") == nullptr);
    setenv("TENON_TEST_BOTH", "", 1);
    CHECK(both->get("TENON_TEST_BOTH") == "file");
    unsetenv("TENON_TEST_BOTH");
    CHECK(!Environment::process().get("TENON_TEST_FILE"));
}

TEST_CASE("a file that is not there is refused unless it is allowed to be missing") {
    const auto none = Environment::with_file("/no-such-folder/.env");
    REQUIRE(!none.has_value());
    CHECK(none.error().code == Errc::io);
    CHECK(none.error().path == "/no-such-folder/.env");
    CHECK(Environment::with_file("/no-such-folder/.env", Environment::Missing::allowed).has_value());
    const auto folder = Environment::with_file("/", Environment::Missing::allowed);
    REQUIRE(!folder.has_value());
    CHECK(folder.error().code == Errc::io);

    const File file("A=b\n\nworse\n");
    const auto bad = Environment::with_file(file.path);
    REQUIRE(!bad.has_value());
    CHECK(bad.error().path == file.path);
    CHECK(bad.error().message.find(file.path) != std::string::npos);
    CHECK(bad.error().message.find("line 3 ") != std::string::npos);
}

TEST_CASE("the configuration names its store by a URI or by a backend") {
    const EnvNames atlas{.uri             = "ATLAS_MONGODB_URI",
                         .database        = "ATLAS_DATABASE",
                         .store           = "ATLAS_STORAGE_BACKEND",
                         .prefix          = "ATLAS_",
                         .default_backend = "sqlite"};
    const EnvNames own{.store = "BACKEND", .backends = {{"fast", "FAST_URI"}, {"far", "FAR_URI"}}};
    struct Row {
        EnvNames    names;
        Pairs       variables;
        const char* uri;       // null: refused
        const char* database;  // or the variable that is at fault
    };
    const Row rows[] = {
        {{}, {{"TENON_STORE", "sqlite:a.db"}}, "sqlite:a.db", ""},
        {{}, {{"TENON_STORE", "sqlite::memory:"}, {"MONGODB_URI", "mongodb://h/d"}}, "sqlite::memory:", ""},
        {{}, {{"MONGODB_URI", "mongodb://h/d"}}, "mongodb://h/d", ""},
        {{}, {{"MONGODB_URI", "mongodb+srv://h/d?w=1"}}, "mongodb+srv://h/d?w=1", ""},
        {{}, {{"MONGODB_URI", "mongodb://h/d"}, {"MONGODB_DATABASE", "e"}}, "mongodb://h/d", "e"},
        {{}, {{"MONGODB_URI", "mongodb://h"}, {"MONGODB_DATABASE", "e"}}, "mongodb://h", "e"},
        {{}, {{"TENON_STORE", "mongodb"}, {"MONGODB_URI", "mongodb://h/d"}}, "mongodb://h/d", ""},
        {{}, {{"TENON_STORE", "sqlite"}, {"TENON_SQLITE_URI", "sqlite:b.db"}, {"MONGODB_URI", "mongodb://h/d"}}, "sqlite:b.db", ""},
        {{}, {}, nullptr, "TENON_STORE"},
        {{}, {{"TENON_STORE", ""}}, nullptr, "TENON_STORE"},
        {{}, {{"TENON_STORE", "s3cret"}}, nullptr, "TENON_STORE"},
        {{}, {{"TENON_STORE", "sqlite"}}, nullptr, "TENON_SQLITE_URI"},
        {{}, {{"TENON_STORE", "mongodb"}}, nullptr, "MONGODB_URI"},
        {{}, {{"MONGODB_URI", "sqlite:s3cret"}}, nullptr, "MONGODB_URI"},
        {{}, {{"MONGODB_URI", "mongodb://app:s3cret@h/"}}, nullptr, "MONGODB_DATABASE"},
        {{}, {{"MONGODB_URI", "mongodb://app:s3cret@h"}}, nullptr, "MONGODB_DATABASE"},
        {{}, {{"MONGODB_URI", "mongodb://app:s3/cret@h/?authSource=d"}}, nullptr, "MONGODB_DATABASE"},
        {{}, {{"TENON_STORE", "mongodb://app:s3cret@h"}}, nullptr, "MONGODB_DATABASE"},
        {atlas, {{"ATLAS_SQLITE_URI", "sqlite:a.db"}, {"ATLAS_MONGODB_URI", "mongodb://h/d"}}, "sqlite:a.db", ""},
        {atlas, {{"ATLAS_STORAGE_BACKEND", "mongodb"}, {"ATLAS_SQLITE_URI", "sqlite:a.db"}, {"ATLAS_MONGODB_URI", "mongodb://h/d"}}, "mongodb://h/d", ""},
        {atlas, {{"ATLAS_STORAGE_BACKEND", "mongodb"}, {"ATLAS_MONGODB_URI", "mongodb://h/d"}, {"ATLAS_DATABASE", "e"}}, "mongodb://h/d", "e"},
        {atlas, {{"ATLAS_STORAGE_BACKEND", "mongodb"}, {"ATLAS_MONGODB_URI", "mongodb://h/"}}, nullptr, "ATLAS_DATABASE"},
        {atlas, {{"ATLAS_STORAGE_BACKEND", "mysql"}, {"ATLAS_SQLITE_URI", "sqlite:a.db"}}, nullptr, "ATLAS_STORAGE_BACKEND"},
        {atlas, {{"TENON_STORE", "sqlite:a.db"}}, nullptr, "ATLAS_SQLITE_URI"},
        {own, {{"BACKEND", "far"}, {"FAST_URI", "sqlite:a.db"}, {"FAR_URI", "mongodb://h/d"}}, "mongodb://h/d", ""},
        {own, {{"BACKEND", "sqlite"}, {"FAST_URI", "sqlite:a.db"}}, nullptr, "BACKEND"},
    };
    for (const auto& row : rows) {
        std::string said;
        for (const auto& [name, value] : row.variables) said += name + "=" + value + " ";
        CAPTURE(said);
        const auto config = Config::from_env(Environment(row.variables), row.names);
        REQUIRE(config.has_value() == (row.uri != nullptr));
        if (config) {
            CHECK(config->uri == row.uri);
            CHECK(config->database == row.database);
        } else {
            CHECK(config.error().code == Errc::invalid_argument);
            CHECK(config.error().path == row.database);
            CHECK(config.error().message.find(row.database) != std::string::npos);
            CHECK(config.error().to_string().find("s3") == std::string::npos);
        }
    }
}

TEST_CASE("every other setting has its variable, and a value that is none is refused by its name") {
    const Pairs store{{"TENON_STORE", "sqlite:a.db"}};
    const auto  plain = Config::from_env(Environment(store));
    REQUIRE(plain.has_value());
    CHECK(!plain->pool.minimum);
    CHECK(!plain->connect_timeout);
    CHECK(!plain->lazy);
    CHECK(plain->slow_ms.count() == 0);
    CHECK(plain->retry.attempts == 1);
    CHECK(plain->retry.maximum_backoff == tenon::RetryPolicy{}.maximum_backoff);
    CHECK(plain->retry_budget.reserve == tenon::RetryBudget{}.reserve);

    struct Row {
        const char*                                name;
        const char*                                value;
        std::int64_t                               want;
        std::function<std::int64_t(const Config&)> read;
        std::vector<const char*>                   bad;
    };
    const std::vector<const char*> no_numbers{"x", "-1", "1x", "1.5", " 1", "99999999999999999999"};
    const std::vector<const char*> none_zero{"x", "0", "-1", "99999999999999999999"};
    const Row rows[] = {
        {"TENON_POOL_MIN", "2", 2, [](const Config& c) { return c.pool.minimum.value_or(77); }, no_numbers},
        {"TENON_POOL_MIN", "0", 0, [](const Config& c) { return c.pool.minimum.value_or(77); }, {}},
        {"TENON_POOL_MAX", "20", 20, [](const Config& c) { return c.pool.maximum.value_or(77); }, none_zero},
        {"TENON_WAIT_QUEUE_MS", "300", 300, [](const Config& c) { return c.pool.wait.value_or(std::chrono::milliseconds(0)).count(); }, none_zero},
        {"TENON_CONNECT_TIMEOUT_MS", "400", 400, [](const Config& c) { return c.connect_timeout.value_or(std::chrono::milliseconds(0)).count(); }, none_zero},
        {"TENON_SELECTION_TIMEOUT_MS", "500", 500, [](const Config& c) { return c.selection_timeout.value_or(std::chrono::milliseconds(0)).count(); }, none_zero},
        {"TENON_APPLICATION", "atlas", 5, [](const Config& c) { return static_cast<std::int64_t>(c.application.size()); }, {}},
        {"TENON_LAZY", "true", 1, [](const Config& c) { return c.lazy ? 1 : 0; }, {"yes", "TRUE", "2"}},
        {"TENON_LAZY", "0", 0, [](const Config& c) { return c.lazy ? 1 : 0; }, {}},
        {"TENON_SLOW_MS", "250", 250, [](const Config& c) { return c.slow_ms.count(); }, no_numbers},
        {"TENON_TIMEOUT_MS", "5000", 5000, [](const Config& c) { return c.timeout.count(); }, no_numbers},
        {"TENON_RETRY_ATTEMPTS", "4", 4, [](const Config& c) { return c.retry.attempts; }, none_zero},
        {"TENON_RETRY_BACKOFF_MS", "20", 20, [](const Config& c) { return c.retry.initial_backoff.count(); }, no_numbers},
        {"TENON_RETRY_BACKOFF_MS", "9000", 9000, [](const Config& c) { return c.retry.maximum_backoff.count(); }, {}},
        {"TENON_RETRY_MAX_BACKOFF_MS", "500", 500, [](const Config& c) { return c.retry.maximum_backoff.count(); }, {"x", "-1", "49", "99999999999999999999"}},
        {"TENON_RETRY_BUDGET_RATIO", "0.25", 25, [](const Config& c) { return static_cast<std::int64_t>(c.retry_budget.ratio * 100); }, {"x", "-0.1", "1/2", "nan", "inf", "1e99"}},
        {"TENON_RETRY_BUDGET_RESERVE", "0", 0, [](const Config& c) { return c.retry_budget.reserve; }, no_numbers},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto variables = store;
        variables.emplace_back(row.name, row.value);
        const auto config = Config::from_env(Environment(variables));
        REQUIRE(config.has_value());
        CHECK(row.read(*config) == row.want);
        for (const char* bad : row.bad) {
            CAPTURE(bad);
            variables.back().second = bad;
            const auto refused      = Config::from_env(Environment(variables));
            REQUIRE(!refused.has_value());
            CHECK(refused.error().code == Errc::invalid_argument);
            CHECK(refused.error().path == row.name);
        }
        variables.back() = {std::string("APP_") + (row.name + 6), row.value};
        const auto renamed = Config::from_env(Environment(variables), {.prefix = "APP_"});
        REQUIRE(renamed.has_value());
        CHECK(row.read(*renamed) == row.want);
    }
}

TEST_CASE("the configuration is that of the process when no other is given") {
    setenv("TENON_STORE", "sqlite:a.db", 1);
    setenv("TENON_SLOW_MS", "7", 1);
    const auto config = Config::from_env();
    REQUIRE(config.has_value());
    CHECK(config->uri == "sqlite:a.db");
    CHECK(config->slow_ms.count() == 7);
    unsetenv("TENON_STORE");
    unsetenv("TENON_SLOW_MS");
}
