// What is found at the places of a photo.
#pragma once

#include <vector>

#include "core/box_finder.hpp"
#include "core/finding.hpp"

namespace zoo {

// Looks at a place. Looks once more where the landmarks are if a new place asks for it, and until
// the landmarks stay if a followed one is in doubt.
Finding look_at(const Network& network, const Photo& photo, const Place& place);

// The findings that are not in doubt.
std::vector<Finding> without_doubt(std::vector<Finding> findings);

}  // namespace zoo
