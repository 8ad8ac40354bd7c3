#include "mongo/wire_message.hpp"

#include <algorithm>
#include <cstring>

#include "mongo/bson.hpp"

namespace tenon::mongo {

namespace {

constexpr std::int32_t op_query      = 2004;
constexpr std::int32_t op_compressed = 2012;
constexpr std::int32_t op_msg        = 2013;
constexpr std::size_t  body     = 16 + 4 + 1;  // where the command's document begins: behind header, flags and kind

std::int32_t int32_at(const char* bytes) noexcept {
    std::int32_t number = 0;
    std::memcpy(&number, bytes, sizeof number);  // the wire is little endian, as is every machine this runs on
    return number;
}
void append(std::string& out, std::int32_t number) { out.append(reinterpret_cast<const char*>(&number), sizeof number); }
void add_at(char* bytes, std::int32_t more) noexcept {
    const std::int32_t sum = int32_at(bytes) + more;
    std::memcpy(bytes, &sum, sizeof sum);
}

std::int32_t as_max_time(std::chrono::milliseconds most) noexcept { return static_cast<std::int32_t>(std::clamp<std::int64_t>(most.count(), 1, INT32_MAX)); }

/// The field whose documents are sent behind the command: those may be more than one document can hold.
bool is_payload(std::string_view key) noexcept { return key == "documents" || key == "updates" || key == "deletes"; }

/// int32 size | name | NUL | the documents of an array
bool append_sequence(std::string& out, const bson_iter_t& array) {
    const auto  begin = out.size();
    bson_iter_t at;
    append(out, 0);
    out.append(bson_iter_key(&array)).push_back('\0');
    if (!bson_iter_recurse(&array, &at)) return false;
    while (bson_iter_next(&at)) {
        if (!BSON_ITER_HOLDS_DOCUMENT(&at)) return false;
        std::uint32_t       size  = 0;
        const std::uint8_t* bytes = nullptr;
        bson_iter_document(&at, &size, &bytes);
        out.append(reinterpret_cast<const char*>(bytes), size);
    }
    add_at(out.data() + begin, static_cast<std::int32_t>(out.size() - begin));
    return true;
}

}  // namespace

MessageHead::MessageHead(const mongoc_iovec_t* pieces, std::size_t count, std::string_view announced) noexcept : announced_(announced) {
    for (std::size_t i = 0; i < count; ++i) {
        total_ += pieces[i].iov_len;
        const auto taken = std::min(pieces[i].iov_len, bytes_.size() - size_);
        if (taken == 0) continue;
        std::memcpy(bytes_.data() + size_, pieces[i].iov_base, taken);
        size_ += taken;
    }
}

std::int32_t MessageHead::id() const noexcept { return int32_at(bytes_.data() + 4); }

std::int32_t MessageHead::opcode() const noexcept { return size_ < 16 ? 0 : int32_at(bytes_.data() + 12); }

bool MessageHead::compressed() const noexcept { return opcode() == op_compressed; }

std::string_view MessageHead::command() const noexcept {
    if (compressed()) return announced_;
    constexpr std::size_t name = body + 4 + 1;  // the document's length, the element's type
    if (opcode() != op_msg || size_ <= name || bytes_[body - 1] != 0) return {};
    const std::string_view rest(bytes_.data() + name, size_ - name);
    return rest.substr(0, rest.find('\0'));
}

bool MessageHead::makes_connection() const noexcept {
    if (opcode() == op_query) return true;
    if (compressed()) return false;  // none of the steps may be: MongoDB specifications, OP_COMPRESSED
    constexpr std::array<std::string_view, 6> steps{"hello", "isMaster", "ismaster", "saslStart", "saslContinue", "authenticate"};
    return std::find(steps.begin(), steps.end(), command()) != steps.end();
}

bool writes_documents(std::string_view name) noexcept {
    return name == "update" || name == "insert" || name == "delete";
}

bool MessageHead::may_be_retried() const noexcept {
    const auto name = command();
    return !name.empty() && name != "getMore" && name != "killCursors" && name != "endSessions";
}

std::int64_t txn_number_of(const bson_t& command) noexcept {
    std::int64_t number = 0;
    bson_iter_t  at;
    if (!bson_iter_init(&at, &command)) return 0;
    while (bson_iter_next(&at)) {
        const std::string_view key = bson_iter_key(&at);
        if (key == "autocommit") return 0;
        if (key == "txnNumber" && BSON_ITER_HOLDS_INT64(&at)) number = bson_iter_int64(&at);
    }
    return number;
}

std::int64_t txn_number_of(const mongoc_iovec_t* pieces, std::size_t count) {
    // The driver hands the command over as a piece of its own; one that lies otherwise is put together.
    std::size_t before = 0;
    std::string joined;
    for (std::size_t i = 0; i < count; ++i) {
        std::string_view rest(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
        if (joined.empty() && before + rest.size() <= body) {
            before += rest.size();
            continue;
        }
        if (joined.empty()) rest.remove_prefix(body - before);
        before = body;
        const auto all    = joined.empty() ? rest : std::string_view(joined.append(rest));
        const auto length = all.size() < 4 ? std::int32_t{0} : int32_at(&all.front());
        bson_t     command;
        if (length >= 5 && static_cast<std::size_t>(length) <= all.size()) {
            const bool fine = bson_init_static(&command, reinterpret_cast<const std::uint8_t*>(all.data()), static_cast<std::size_t>(length));
            return fine ? txn_number_of(command) : 0;
        }
        if (joined.empty()) joined = all;
    }
    return 0;
}

std::optional<LongerMessage> with_max_time(const mongoc_iovec_t* pieces, std::size_t count, std::chrono::milliseconds most) {
    LongerMessage made;
    std::size_t   next = 0;
    // The front is copied up to the end of the command, the rest of that piece and all behind it is borrowed.
    std::size_t   wanted = body + 4;
    const auto    gather = [&] {
        while (made.front.size() < wanted && next < count) {
            made.front.append(static_cast<const char*>(pieces[next].iov_base), pieces[next].iov_len);
            ++next;
        }
        return made.front.size() >= wanted;
    };
    if (!gather() || int32_at(made.front.data() + 12) != op_msg || made.front[body - 1] != 0) return std::nullopt;
    const auto length = int32_at(made.front.data() + body);
    if (length < 5) return std::nullopt;
    wanted = body + static_cast<std::size_t>(length);
    if (!gather()) return std::nullopt;

    bson_t command;
    if (!bson_init_static(&command, reinterpret_cast<const std::uint8_t*>(made.front.data()) + body, static_cast<std::size_t>(length)) ||
        bson_has_field(&command, "maxTimeMS")) {
        return std::nullopt;
    }
    const std::size_t taken_of_last = pieces[next - 1].iov_len - (made.front.size() - wanted);
    made.front.resize(wanted - 1);  // without the terminator
    made.front += '\x10';
    made.front.append("maxTimeMS", 10);
    append(made.front, as_max_time(most));
    made.front += '\0';
    add_at(made.front.data(), static_cast<std::int32_t>(LongerMessage::more));
    add_at(made.front.data() + body, static_cast<std::int32_t>(LongerMessage::more));

    made.pieces.reserve(count - next + 2);
    made.pieces.push_back({made.front.data(), made.front.size()});
    const auto& last = pieces[next - 1];
    if (taken_of_last < last.iov_len) made.pieces.push_back({static_cast<char*>(last.iov_base) + taken_of_last, last.iov_len - taken_of_last});
    made.pieces.insert(made.pieces.end(), pieces + next, pieces + count);
    return made;
}

std::int64_t LongerMessage::total() const noexcept {
    std::int64_t bytes = 0;
    for (const auto& piece : pieces) bytes += static_cast<std::int64_t>(piece.iov_len);
    return bytes;
}

std::optional<LongerMessage> plain_with_max_time(std::int32_t id, std::string_view command, std::chrono::milliseconds most) {
    bson_t      announced;
    bson_iter_t at;
    if (!bson_init_static(&announced, reinterpret_cast<const std::uint8_t*>(command.data()), command.size()) || !bson_iter_init(&at, &announced)) return std::nullopt;
    Bson        kept;
    std::string payload;
    while (bson_iter_next(&at)) {
        if (is_payload(bson_iter_key(&at)) && BSON_ITER_HOLDS_ARRAY(&at)) {
            payload += '\1';  // a section that is a list
            if (!append_sequence(payload, at)) return std::nullopt;
        } else if (!bson_append_iter(kept.get(), nullptr, -1, &at)) {
            return std::nullopt;
        }
    }
    kept.add("maxTimeMS", as_max_time(most));

    LongerMessage made;
    const auto    length = kept.get()->len;
    for (const auto number : {static_cast<std::int32_t>(body + length + payload.size()), id, 0, op_msg, 0}) append(made.front, number);
    made.front += '\0';
    made.front.append(reinterpret_cast<const char*>(bson_get_data(kept.get())), length);
    made.front += payload;
    made.pieces.push_back({made.front.data(), made.front.size()});
    return made;
}

bool refuses_for_now(std::string_view answer) noexcept {
    constexpr std::int32_t codes[] = {91, 189, 10107, 11600, 11602, 13435, 13436};
    bson_t                 said;
    bson_iter_t            ok;
    bson_iter_t            code;
    if (answer.size() <= body || int32_at(answer.data() + 12) != op_msg || answer[body - 1] != 0) return false;
    if (!bson_init_static(&said, reinterpret_cast<const std::uint8_t*>(answer.data()) + body, answer.size() - body)) return false;
    return bson_iter_init_find(&ok, &said, "ok") && !bson_iter_as_bool(&ok) && bson_iter_init_find(&code, &said, "code") &&
           std::find(std::begin(codes), std::end(codes), bson_iter_as_int64(&code)) != std::end(codes);
}

std::string hello_message() {
    Bson command;
    command.add("hello", std::int32_t{1}).add("$db", "admin");
    std::string message;
    for (const auto number : {static_cast<std::int32_t>(body + command.get()->len), 1, 0, op_msg, 0}) append(message, number);
    message += '\0';
    return message.append(reinterpret_cast<const char*>(bson_get_data(command.get())), command.get()->len);
}

}  // namespace tenon::mongo
