// The loops over the tables of structs and over vectors.

#include <cstring>

#include <tenon/mapping/detail/structs.hpp>

namespace tenon::mapping::detail {

namespace {

// The end of the text has key_block bytes behind it, and so has the room in the buffer.
inline void copy_key(Byte* to, const char* key, std::size_t size) noexcept {
    std::memcpy(to, key, key_block);
    if (size > key_block) [[unlikely]] std::memcpy(to + key_block, key + key_block, size - key_block);
}

// Keys have 3 bytes or more with the type before them, 2 without: their lengths differ too much for memcmp to be worth its call.
inline bool same(const Byte* a, const char* b, std::size_t size) noexcept {
    const Byte* const key = reinterpret_cast<const Byte*>(b);
    if (size >= 8) {
        for (std::size_t i = 0; i + 8 <= size; i += 8) {
            if (load<std::uint64_t>(a + i) != load<std::uint64_t>(key + i)) return false;
        }
        return load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(key + size - 8);
    }
    if (size >= 4) {
        return load<std::uint32_t>(a) == load<std::uint32_t>(key) && load<std::uint32_t>(a + size - 4) == load<std::uint32_t>(key + size - 4);
    }
    return load<std::uint16_t>(a) == load<std::uint16_t>(key) && a[size - 1] == key[size - 1];
}

template <std::size_t Size>
inline const Byte* read_raw(Reader& r, const Byte* at, const Byte* end, void* out) {
    if (static_cast<std::size_t>(end - at) < Size) [[unlikely]] return r.truncated(at);
    std::memcpy(out, at, Size);
    return at + Size;
}

template <std::size_t Size>
inline Byte* write_raw(Byte* at, const void* value) noexcept {
    std::memcpy(at, value, Size);
    return at + Size;
}

// A payload of the codec's own type.
[[gnu::always_inline]] inline const Byte* read_own(Reader& r, Kind kind, Byte type, const ReadOps& ops, const Byte* at, const Byte* end, void* out) {
    switch (kind) {
    case Kind::raw4: return read_raw<4>(r, at, end, out);
    case Kind::raw8: return read_raw<8>(r, at, end, out);
    case Kind::raw12: return read_raw<12>(r, at, end, out);
    case Kind::string: return read_string(r, at, end, *static_cast<std::string*>(out));
    case Kind::none:
    case Kind::other: break;
    }
    return ops.read(r, type, at, end, out);
}

[[gnu::always_inline]] inline Byte* write_own(Writer& w, Kind kind, const WriteOps& ops, Byte* at, const void* value, std::size_t tail) {
    switch (kind) {
    case Kind::raw4: return write_raw<4>(at, value);
    case Kind::raw8: return write_raw<8>(at, value);
    case Kind::raw12: return write_raw<12>(at, value);
    case Kind::string: return write_string(w, at, *static_cast<const std::string*>(value), tail);
    case Kind::none:
    case Kind::other: break;
    }
    return ops.write(w, at, value, tail);
}

/// One document of a struct.
struct StructReading {
    Reader&               r;
    const StructShape     shape;
    const ReadOps* const* ops;
    const void* const*    members;
    std::uint64_t         seen[max_words];

    [[nodiscard]] void* member(std::size_t i) const noexcept { return const_cast<void*>(members[i]); }

    // Fields in declared order, each read when it is there, else left for later. Where that ended; nullptr after a fault.
    [[nodiscard]] const Byte* take_in_order(const Byte* at, const Byte* end) {
        const FieldKey* const fields = shape.fields;
        const char* const     text   = shape.text;
        const std::size_t     count  = shape.count;
        for (std::size_t i = 0; i < count; ++i) {
            const FieldKey    field = fields[i];
            const char* const key   = text + field.offset;
            if (field.kind == Kind::none || static_cast<std::size_t>(end - at) < field.size) continue;
            if (*key != 0 && same(at, key, field.size)) [[likely]] {
                at = read_own(r, field.kind, static_cast<Byte>(*key), *ops[i], at + field.size, end, member(i));
            } else if (same(at + 1, key + 1, field.size - std::size_t{1})) {
                at = ops[i]->read(r, *at, at + field.size, end, member(i));
            } else {
                continue;
            }
            if (at == nullptr) [[unlikely]] return nullptr;
            seen[i / 64] |= std::uint64_t{1} << (i % 64);
        }
        return at;
    }

    // What is left after that: fields in another order, and those that the struct does not have. False after a fault.
    [[nodiscard]] bool take_rest(const Byte* document, const Byte* at, const Byte* end, const Tag* tag) {
        std::size_t  hint  = 0;
        Extra* const extra = shape.extra < shape.count ? static_cast<Extra*>(member(shape.extra)) : nullptr;
        ExtraReader  unknown(extra, tag);
        while (at != end) {
            const Byte* const key_end = r.key_end(at + 1, end);
            if (key_end == nullptr) return false;
            const std::string_view key(reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1));
            const std::size_t      index = find_key(shape.names, shape.count, hint, key);
            const Byte*            next  = nullptr;
            if (index == shape.count) {
                next = r.skip(*at, key_end + 1, end);
                if (next != nullptr && extra != nullptr) unknown.add(key, at, next);
            } else if ((seen[index / 64] >> (index % 64) & 1) != 0) {
                next = r.duplicate(at + 1);
            } else {
                next = ops[index]->read(r, *at, key_end + 1, end, member(index));
                seen[index / 64] |= std::uint64_t{1} << (index % 64);
                hint = index + 1;
            }
            if (next == nullptr) return false;
            at = next;
        }
        return extra == nullptr || unknown.finish(r, document);
    }

    // Members that the document does not have: what may be nothing becomes nothing, whatever its default; a reused object must not keep
    // those of an earlier document.
    void empty_unseen() const {
        for (std::size_t i = 0; i < shape.count; ++i) {
            if (shape.fields[i].nullable && (seen[i / 64] >> (i % 64) & 1) == 0) ops[i]->reset(member(i));
        }
    }
};

}  // namespace

Byte* write_struct(Writer& w, Byte* at, const StructShape& shape, const WriteOps* const* ops, const void* const* members, std::size_t tail,
                   const Tag* tag) {
    const std::size_t room = shape.fixed + tail;
    at                     = w.need(at, room);
    if (!w.enter(at)) return at;
    const std::size_t start = w.offset(at);
    at += 4;
    if (tag != nullptr) at = write_tag(w, at, *tag, room);
    // Kept apart from the shape: a byte that is written could be one of it, for all the compiler knows.
    const FieldKey* const fields = shape.fields;
    const char* const     text   = shape.text;
    const std::size_t     count  = shape.count;
    for (std::size_t i = 0; i < count; ++i) {
        const FieldKey    field = fields[i];
        const char* const key   = text + field.offset;
        const void* const value = members[i];
        switch (field.kind) {
        case Kind::none: continue;
        case Kind::raw4:
            copy_key(at, key, field.size);
            at = write_raw<4>(at + field.size, value);
            continue;
        case Kind::raw8:
            copy_key(at, key, field.size);
            at = write_raw<8>(at + field.size, value);
            continue;
        case Kind::raw12:
            copy_key(at, key, field.size);
            at = write_raw<12>(at + field.size, value);
            continue;
        case Kind::string:
            copy_key(at, key, field.size);
            at = write_string(w, at + field.size, *static_cast<const std::string*>(value), room);
            continue;
        case Kind::other: break;
        }
        const bool empty = field.nullable && ops[i]->empty(value);
        if (empty && !field.null) continue;
        copy_key(at, key, field.size);
        if (empty) {
            *at = 0x0A;
            at += field.size;
        } else {
            if (*key == 0) *at = ops[i]->type_of(value);
            at = ops[i]->write(w, at + field.size, value, room);
        }
    }
    if (shape.extra < shape.count) at = write_extra(w, at, *static_cast<const Extra*>(members[shape.extra]), shape.names, shape.count, tag, room);
    *at++ = 0;
    w.close(start, at);
    w.leave();
    return at;
}

Result<bson::Document> encode_field(const StructShape& shape, const WriteOps* const* ops, const void* const* members, std::size_t field) {
    StructShape alone = shape;
    alone.fields += field;
    alone.count = 1;
    alone.extra = 1;  // none
    std::vector<Byte> bytes;
    Writer            w(bytes);
    if (auto done = w.finish(write_struct(w, w.begin(), alone, ops + field, members + field, 0, nullptr)); !done) return fail(std::move(done).error());
    return bson::Document::trusted(std::move(bytes));
}

const Byte* read_struct(Reader& r, const Byte* document, const Byte* limit, const StructShape& shape, const ReadOps* const* ops,
                        const void* const* members, void* out, Restore restore, const Tag* tag) {
    const Byte* const end = r.open(document, limit);
    if (end == nullptr) return nullptr;
    StructReading     reading{r, shape, ops, members, {}};
    const Byte* const at = reading.take_in_order(document + 4, end);
    if (at == nullptr) return nullptr;
    if (at != end || (shape.extra < shape.count && !r.fresh())) {
        if (!reading.take_rest(document, at, end, tag)) return nullptr;
    }
    bool all = true;
    for (std::size_t word = 0; word < shape.words; ++word) {
        const std::uint64_t lacking = shape.required[word] & ~reading.seen[word];
        if (lacking != 0) [[unlikely]] return r.missing(document, shape.names[word * 64 + static_cast<std::size_t>(__builtin_ctzll(lacking))]);
        all = all && reading.seen[word] == shape.all[word];
    }
    if (!all) reading.empty_unseen();
    if (restore != nullptr && !r.fresh()) restore(out, reading.seen);
    r.close();
    return end + 1;
}

Byte* write_vector(Writer& w, Byte* at, const ElementShape& shape, const WriteOps& ops, const void* data, std::size_t count, std::size_t tail) {
    const std::size_t room = index_room + shape.fixed + 1 + tail;
    at                     = w.need(at, 5 + tail);
    if (!w.enter(at)) return at;
    const std::size_t start = w.offset(at);
    const Byte*       value = static_cast<const Byte*>(data);
    at += 4;
    for (std::size_t index = 0; index < count; ++index, value += shape.size) {
        at = w.need(at, room);
        if (ops.empty != nullptr && ops.empty(value)) {
            at = write_index(at, 0x0A, index);
            continue;
        }
        at = write_index(at, ops.type_of == nullptr ? shape.type : ops.type_of(value), index);
        at = write_own(w, shape.kind, ops, at, value, index_room + 1 + tail);
    }
    *at++ = 0;
    w.close(start, at);
    w.leave();
    return at;
}

const Byte* read_vector(Reader& r, const Byte* array, const Byte* limit, const ElementShape& shape, const ReadOps& ops, void* vector,
                        std::size_t count, Resize resize) {
    const Byte* const end = r.open(array, limit);
    if (end == nullptr) return nullptr;
    std::size_t size   = count;
    const std::size_t hinted = count_elements(array, limit, shape.type);
    if (hinted > size) size = hinted;
    Byte*       data  = static_cast<Byte*>(resize(vector, size));
    std::size_t index = 0;
    for (const Byte* at = array + 4; at != end; ++index) {
        const Byte* const key_end = r.key_end(at + 1, end);
        if (key_end == nullptr) return nullptr;
        if (index == size) data = static_cast<Byte*>(resize(vector, size += size / 2 + 1));  // the count was a guess
        void* const element = data + index * shape.size;
        if (shape.type != 0 && *at == shape.type) {
            at = read_own(r, shape.kind, shape.type, ops, key_end + 1, end, element);
        } else {
            at = ops.read(r, *at, key_end + 1, end, element);
        }
        if (at == nullptr) return nullptr;
    }
    if (index < size) resize(vector, index);
    r.close();
    return end + 1;
}

}  // namespace tenon::mapping::detail
