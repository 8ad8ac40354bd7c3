#pragma once
// The ODM benchmark's tasks by hand on libmongoc.

#include <string>
#include <vector>

#include "odm_models.hpp"
#include "peer.hpp"

namespace bench::odm {

template <class T>
class Peer {
public:
    explicit Peer(Pool& pool) : pool_(pool) {}

    /// Stores an entity under a new id.
    void create(const T& entity);
    /// Sets a field of the entity with this id.
    void update(const tenon::ObjectId& id, const char* path, const std::string& value);
    [[nodiscard]] std::vector<T> find(const tenon::ObjectId& id);
    [[nodiscard]] std::vector<T> find(const char* path, const std::string& value);

private:
    [[nodiscard]] std::vector<T> find(bson_t* filter);
    Pool& pool_;
};

}  // namespace bench::odm
