#pragma once
// Result<T> and Error: how every call of the library that can fail answers.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace tenon {

/// What went wrong, named by what the caller can do about it.
enum class Errc : std::uint8_t {
    duplicate_key = 1,  ///< a unique index already holds the key; choose another
    version_conflict,   ///< the copy is stale; read again and re-apply
    validation,         ///< the document breaks a declared rule
    decode,             ///< bytes do not fit the struct; Error::path names the field
    encode,             ///< a member cannot be written as BSON; Error::path names it
    not_found,          ///< nothing has this id (or it is deleted)
    tenant_violation,   ///< the call reached outside its tenant
    quota_exceeded,     ///< a configured limit is spent
    transient,          ///< try the whole operation or transaction again
    timeout,            ///< the deadline passed
    network,            ///< the server could not be reached
    auth,               ///< login or permission refused
    unsupported,        ///< this store cannot do it; nothing was done
    invalid_argument,   ///< the call itself is wrong
    io,                 ///< the operating system refused (disk full, read-only, permissions)
    corrupt,            ///< stored bytes are not what was written
    cancelled,          ///< the caller's stop token asked to end, or the database was closed
};

/// The name of a code as it is written in logs: "duplicate_key".
[[nodiscard]] std::string_view to_string(Errc code) noexcept;

/// How much of a failed write took effect.
enum class Outcome : std::uint8_t {
    none,     ///< nothing was written
    partial,  ///< some items were; Error::items and Error::inserted say which. With Errc::decode: all was, but what it gives back cannot be read
    unknown,  ///< it may or may not have been applied (connection lost after sending)
};

/// What the server itself said. Kept apart from Error::message since it may hold user data.
struct ServerError {
    std::int32_t             code = 0;     ///< MongoDB's error code; the embedded store uses the same ones
    std::string              name{};       ///< MongoDB's name of the code, "DuplicateKey"
    std::string              message{};    ///< the server's own words
    std::vector<std::string> labels{};     ///< error labels, such as TransientTransactionError
};

/// The failure of one item of a write of many.
struct ItemError {
    std::size_t  index = 0;  ///< position in the caller's list
    Errc         code{};
    std::int32_t server_code = 0;
    std::string  message{};
};

/// The id of an item that was written before a write of many failed.
struct InsertedId {
    std::size_t index = 0;  ///< position in the caller's list
    std::string id{};       ///< the _id as canonical Extended JSON
};

/// A failure. `message` is ours: it never holds a value of a document nor a password.
struct [[nodiscard]] Error {
    Errc                    code{};
    std::string             message{};               ///< what was wrong and what to do
    std::string             where{};                 ///< operation and collection ("orders.find"); for a bare codec call the field path
    std::string             path{};                  ///< the field path or option at fault, if there is one
    Outcome                 outcome = Outcome::none;
    ServerError             server{};
    std::string             document_id{};           ///< _id of the document at fault, canonical Extended JSON
    std::vector<ItemError>  items{};                 ///< failures by index, of a write of many
    std::vector<InsertedId> inserted{};              ///< ids written before the failure

    /// "where: message", one line for a log.
    [[nodiscard]] std::string to_string() const;
};

/// The failed half of a Result: `return fail(Errc::timeout, "...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message, std::string path = {}) {
    Error error;
    error.code    = code;
    error.message = std::move(message);
    error.path    = std::move(path);
    return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// A value or an Error. Our own type over tl::expected because a dropped one must be a warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using value_type = T;
    using tl::expected<T, Error>::expected;
    Result() = default;
    /// What map and map_error of tl::expected return.
    Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}

    /// `f(value)`, which gives a Result of any type; after a failure that failure. Ours, since tl::expected's knows no type but its own.
    template <class F>
    auto and_then(F&& f) const& {
        return then(*this, std::forward<F>(f));
    }
    template <class F>
    auto and_then(F&& f) && {
        return then(std::move(*this), std::forward<F>(f));
    }
    /// After a failure `f(error)`, which gives a Result of this type; else what it was.
    template <class F>
    Result or_else(F&& f) const& {
        return this->has_value() ? *this : std::forward<F>(f)(this->error());
    }
    template <class F>
    Result or_else(F&& f) && {
        return this->has_value() ? std::move(*this) : std::forward<F>(f)(std::move(this->error()));
    }

private:
    template <class Self, class F>
    static auto then(Self&& self, F&& f) {
        if constexpr (std::is_void_v<T>) {
            using Next = decltype(std::forward<F>(f)());
            return self.has_value() ? std::forward<F>(f)() : Next(tl::unexpect, std::forward<Self>(self).error());
        } else {
            using Next = decltype(std::forward<F>(f)(*std::forward<Self>(self)));
            return self.has_value() ? std::forward<F>(f)(*std::forward<Self>(self)) : Next(tl::unexpect, std::forward<Self>(self).error());
        }
    }
};

}  // namespace tenon
