#include <tenon/query/indexes.hpp>

#include "query/shared.hpp"

namespace tenon::query {

bson::Document IndexDefinition::to_document() const {
    bson::Builder b;
    b.append("key", keys);
    if (!name.empty()) b.append("name", name);
    if (unique) b.append("unique", true);
    if (sparse) b.append("sparse", true);
    if (hidden) b.append("hidden", true);
    if (!partial_filter.empty()) b.append("partialFilterExpression", partial_filter);
    if (expire_after_seconds) b.append("expireAfterSeconds", *expire_after_seconds);
    return b.take();
}

namespace detail {

void append_text_key(SortBase& keys, const PathRef& path) { keys.add_text(path); }

Result<IndexDefinition> define(void (*keys)(SortBase&), IndexDefinition options, const Clause& partial) {
    SortBase built_keys;
    keys(built_keys);
    if (built_keys.error() != nullptr) return fail(*built_keys.error());
    if (partial.error() != nullptr) return fail(*partial.error());
    options.keys           = built_keys.document();
    options.partial_filter = partial.document();
    return options;
}

}  // namespace detail
}  // namespace tenon::query
