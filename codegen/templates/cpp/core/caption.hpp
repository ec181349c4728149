// What overlays say in words.
#pragma once

#include <cstddef>
#include <string>

#include "core/finding.hpp"

namespace zoo {

// The states of a watched object, the best classes of step top_k, "yellow 0.98" each, and the other
// short values, "ear 0.31", in lines; nothing of what is drawn elsewhere.
std::string caption(const Finding& finding);

// Label and score of a row of the value 'boxes', as far as there are any: "cat 0.93".
std::string box_label(const Finding& finding, std::size_t row);

// Label, or number, and share of a class in the value 'mask': "road 0.42".
std::string class_label(const Finding& finding, std::size_t index);

}  // namespace zoo
