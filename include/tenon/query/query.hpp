#pragma once
// The whole room: fields, filters, updates, sorts, projections, indexes and shard keys.

#include <tenon/query/field.hpp>
#include <tenon/query/filter.hpp>
#include <tenon/query/indexes.hpp>
#include <tenon/query/pipeline.hpp>
#include <tenon/query/projection.hpp>
#include <tenon/query/shard_key.hpp>
#include <tenon/query/sort.hpp>
#include <tenon/query/update.hpp>
