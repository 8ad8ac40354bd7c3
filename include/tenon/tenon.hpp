#pragma once
// What a service includes: entities, queries, repositories.

#include <tenon/query/query.hpp>
#include <tenon/repository/collection.hpp>
#include <tenon/repository/database.hpp>
#include <tenon/repository/repository.hpp>
#include <tenon/store/environment.hpp>
