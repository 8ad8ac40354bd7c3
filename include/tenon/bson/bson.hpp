#pragma once
// The wire format: values, View (borrows), Document (owns), Builder (writes), Extended JSON, MongoDB's order.

#include <tenon/bson/compare.hpp>
#include <tenon/bson/document.hpp>
#include <tenon/bson/json.hpp>
#include <tenon/bson/type.hpp>
#include <tenon/bson/values.hpp>
#include <tenon/bson/view.hpp>
