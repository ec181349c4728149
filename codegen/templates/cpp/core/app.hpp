// The program's loop: photo, boxes, network, records.
#pragma once

#include "core/options.hpp"

namespace zoo {

// Runs until the source ends or the user interrupts; returns the exit status. Throws Error.
int run(const Options& options);

}  // namespace zoo
