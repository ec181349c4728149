// What the firmware prints: a JSON object in each line.
#pragma once

#include <string>

#include "core/finding.hpp"
#include "core/json_value.hpp"

namespace zoo {

// Frame, box, every value by name, latencies.
std::string record(const Photo& photo, const Finding& finding);

// The network's own outputs with their shapes.
std::string outputs_record(const Finding& finding);

}  // namespace zoo
