// Checks on the board that the network gives the same outputs as when the bundle was made.
#pragma once

#include <string>

#include "core/finding.hpp"

namespace zoo {

// Runs the pictures that a file names and returns whether all outputs are within their tolerances;
// prints a line for each output. The file has lines
//   picture NAME X Y WIDTH HEIGHT             NAME.png is beside the file
//   output TOLERANCE COUNT VALUE... NAME      one for each output of that picture
// Throws Error.
bool self_test(const Network& network, const std::string& path);

}  // namespace zoo
