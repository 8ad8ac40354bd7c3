// Two documents out of any bytes: the first as filter, sort, key pattern and condition, the second matched by it.
#include <cstdlib>
#include <cstring>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/document.hpp>

#include "mql/filter.hpp"
#include "mql/index_keys.hpp"
#include "mql/sort.hpp"

using namespace tenon;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void match(bson::View query, bson::View document) {
    auto filter = mql::Filter::parse(query);
    if (filter) {
        mql::MatchDetails details;
        const auto        first  = filter->matches(document, &details);
        const auto        second = filter->matches(document);
        require(first.has_value() == second.has_value() && (!first || *first == *second));

        // A filter and its negation are never of one mind.
        bson::Builder builder;
        builder.open_array("$nor").push(query).close();
        const auto inverse = builder.finish();
        if (inverse && first) {
            const auto negated = mql::Filter::parse(*inverse);
            if (negated) {
                const auto third = negated->matches(document);
                require(third && *third != *first);
            }
        }
    }
    const bson::ValueRef condition = query["v"];
    if (!condition.missing()) {
        const auto on_value = mql::Filter::parse_value_expression(condition);
        if (on_value) {
            for (const auto& element : document) (void)on_value->matches_value(element.value);
        }
    }
}

void order(bson::View spec, bson::View document) {
    if (const auto sort = mql::Sort::parse(spec)) {
        const auto key = sort->key(document);
        if (key) require(sort->compare(*key, *key) == 0);
    }
    if (const auto pattern = mql::KeyPattern::parse(spec)) {
        mql::IndexKeys keys;
        if (!mql::index_keys(document, *pattern, keys)) return;
        require(pattern->sparse || !keys.empty());
        for (std::size_t i = 1; i < keys.size(); ++i) {
            int rising = 0;
            for (std::size_t part = 0; part < keys[i].size() && rising == 0; ++part) {
                rising = bson::compare(keys[i - 1][part], keys[i][part]);
            }
            require(rising < 0);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 10) return 0;
    std::uint32_t first = 0;
    std::memcpy(&first, data, 4);
    if (first < 5 || first > size - 5) return 0;
    const auto query = bson::View::validate({data, first});
    if (!query) return 0;
    const auto document = bson::View::validate({data + first, size - first});
    if (!document) return 0;
    match(*query, *document);
    order(*query, *document);
    return 0;
}
