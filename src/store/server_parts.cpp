// scheme "://" [ user [ ":" password ] "@" ] host *( "," host ) "/" [ database ] [ "?" option "=" value *( "&" option "=" value ) ]
//
// Everything but letters, digits and "-._~" is written as %XX in user, password, database, values and the path of a socket: what a
// URI would read as its own marks stays data.

#include <tenon/store/config.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace tenon {

namespace {

bool plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string                out;
    out.reserve(text.size());
    for (const char c : text) {
        if (plain(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

bool has_nul(std::string_view text) noexcept { return text.find('\0') != std::string_view::npos; }

// The host itself is in no message: a whole URI with its password may stand there by mistake.
tl::unexpected<Error> bad_host(std::size_t index, std::string what) {
    return fail(Errc::invalid_argument, std::move(what), "server.hosts." + std::to_string(index));
}

bool is_port(std::string_view text) noexcept {
    unsigned   number     = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
    return bad == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

/// A host as the URI has it.
Result<std::string> host_text(std::string_view host, std::size_t index, bool srv) {
    if (host.empty() || has_nul(host)) return bad_host(index, "a server's host is empty or holds a NUL");
    if (host.front() == '/') {
        if (srv) return bad_host(index, "a socket has no SRV record; leave srv out");
        return escaped(host);
    }
    std::string_view name = host;
    std::string_view port{};
    std::string      text;
    if (host.front() == '[' || std::count(host.begin(), host.end(), ':') > 1) {  // IPv6, whose brackets may be left out where no port follows
        const bool bare  = host.front() != '[';
        const auto close = bare ? host.size() : host.find(']');
        if (close == std::string_view::npos || (!bare && close + 1 < host.size() && host[close + 1] != ':')) {
            return bad_host(index, "a server's IPv6 address is written as [::1] or [::1]:27017");
        }
        name = bare ? host : host.substr(1, close - 1);
        if (name.empty() || name.find_first_not_of("0123456789abcdefABCDEF:.") < name.find('%')) return bad_host(index, "a server's host is no IPv6 address");
        if (!bare && close + 1 < host.size()) port = host.substr(close + 1);
        text = '[' + std::string(name.substr(0, name.find('%')));
        if (const auto zone = name.find('%'); zone != std::string_view::npos) text += "%25" + escaped(name.substr(zone + 1));
        text += ']';
    } else {
        if (const auto colon = host.find(':'); colon != std::string_view::npos) {
            name = host.substr(0, colon);
            port = host.substr(colon);
        }
        if (name.empty() || !std::all_of(name.begin(), name.end(), plain)) {
            return bad_host(index, "a server's host is a name or address, with :port behind it if need be; user, password, database and options have members of their own");
        }
        text = name;
    }
    if (port.empty()) return text;
    if (srv) return bad_host(index, "an SRV record names the ports itself; leave the port out");
    if (!is_port(port.substr(1))) return bad_host(index, "a server's port is a number from 1 to 65535");
    return text + std::string(port);
}

/// Mechanisms whose users no database of the deployment knows.
bool external_mechanism(std::string_view mechanism) noexcept {
    constexpr std::array<std::string_view, 5> external{"MONGODB-X509", "GSSAPI", "PLAIN", "MONGODB-AWS", "MONGODB-OIDC"};
    return std::find(external.begin(), external.end(), mechanism) != external.end();
}

/// The options of a URI, each named once. The driver would take one of two by a rule of its own.
class Options {
public:
    Result<void> add(std::string_view name, std::string_view value) {
        const std::string path(name);
        if (name.empty() || !std::all_of(name.begin(), name.end(), plain)) return fail(Errc::invalid_argument, "an option of a URI has a name of letters", "server.options");
        if (has_nul(value)) return fail(Errc::invalid_argument, "option \"" + path + "\" holds a NUL", path);
        const auto key = lower(name);
        if (!names_.insert(key).second && key != "readpreferencetags") {  // the tags' sets are tried in their order
            return fail(Errc::invalid_argument, "option \"" + path + "\" is given twice, in ServerParts::options or by a member that says the same", path);
        }
        text_ += text_.empty() ? '?' : '&';
        text_ += path + '=' + escaped(value);
        return {};
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::set<std::string> names_{};
    std::string           text_{};
};

std::vector<std::pair<std::string, std::string>> options_of(const ServerParts& parts) {
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) all.emplace_back(name, value);
    };
    const auto* mechanism = [&]() -> const std::string* {
        for (const auto& [name, value] : parts.options) {
            if (lower(name) == "authmechanism") return &value;
        }
        return nullptr;
    }();
    const bool says_source = std::any_of(parts.options.begin(), parts.options.end(), [](const auto& o) { return lower(o.first) == "authsource"; });
    if (!parts.auth_source.empty()) add("authSource", parts.auth_source);
    // Written out, for else the driver would look for the user in the database of the path.
    else if (!parts.user.empty() && !says_source) add("authSource", mechanism != nullptr && external_mechanism(*mechanism) ? "$external" : "admin");
    add("replicaSet", parts.replica_set);
    const auto& tls = parts.tls;
    if (tls.enabled) add("tls", "true");
    add("tlsCAFile", tls.ca_file);
    add("tlsCertificateKeyFile", tls.certificate_key_file);
    add("tlsCertificateKeyFilePassword", tls.certificate_key_password);
    if (tls.allow_invalid_certificates) add("tlsAllowInvalidCertificates", "true");
    if (tls.allow_invalid_hostnames) add("tlsAllowInvalidHostnames", "true");
    all.insert(all.end(), parts.options.begin(), parts.options.end());
    return all;
}

}  // namespace

Result<std::string> ServerParts::uri(std::string_view database) const {
    if (hosts.empty()) return fail(Errc::invalid_argument, "no host is given", "server.hosts");
    if (srv && hosts.size() > 1) return fail(Errc::invalid_argument, "an SRV record is that of one host", "server.hosts");
    if (has_nul(user) || has_nul(password)) return fail(Errc::invalid_argument, "a user or password holds a NUL", "server.user");
    if (user.empty() && !password.empty()) return fail(Errc::invalid_argument, "there is a password, but no user", "server.user");
    if (has_nul(database)) return fail(Errc::invalid_argument, "a database's name may hold no NUL", "database");
    const bool tls_said = !tls.ca_file.empty() || !tls.certificate_key_file.empty() || !tls.certificate_key_password.empty() ||
                          tls.allow_invalid_certificates || tls.allow_invalid_hostnames;
    // An SRV URI has TLS unless its options say otherwise. Elsewhere files alone would leave open whether the connection may be a bare one.
    if (tls_said && !tls.enabled && !srv) return fail(Errc::invalid_argument, "there are TLS options, but TLS is not enabled", "server.tls.enabled");

    std::string text = srv ? "mongodb+srv://" : "mongodb://";
    if (!user.empty()) {
        text += escaped(user);
        if (!password.empty()) text += ':' + escaped(password);
        text += '@';
    }
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        auto host = host_text(hosts[i], i, srv);
        if (!host) return fail(std::move(host).error());
        if (i > 0) text += ',';
        text += *host;
    }
    text += '/' + escaped(database);
    Options written;
    for (const auto& [name, value] : options_of(*this)) {
        if (auto added = written.add(name, value); !added) return fail(std::move(added).error());
    }
    return text + written.text();
}

}  // namespace tenon
