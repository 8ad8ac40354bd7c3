#pragma once
// What the pages' snippets use and do not show.

#include <tenon/tenon.hpp>

namespace docs {
template <class... T>
void show(const T&...) {}
}  // namespace docs
