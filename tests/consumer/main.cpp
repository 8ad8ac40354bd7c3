// A stranger's program: built in an empty directory against the installed package alone.
#include <tenon/tenon.hpp>

#include <cstdio>

struct Note {
    tenon::ObjectId id{};
    std::string     text{};
};
template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {
    static constexpr auto collection = "notes";
};

int main() {
    auto db = tenon::open("sqlite::memory:");
    if (!db) return std::puts(db.error().to_string().c_str()), 1;
    auto       notes = tenon::Repository<Note>(*db);
    const auto saved = notes.insert({.text = "hello"});
    if (!saved) return std::puts(saved.error().to_string().c_str()), 1;
    const auto found = notes.find(tenon::field<&Note::text> == "hello").first();
    return found && *found && (*found)->id == saved->id ? 0 : 1;
}
