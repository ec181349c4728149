// Results on standard output.
#pragma once

#include <string>

namespace zoo {

// Throws Error if the caller closed standard output. Opens the other standard files that it
// closed, so that no file of the program takes their place.
void open_standard_files();

// Writes text to standard output, at once and whole; throws Error.
void print(const std::string& text);

}  // namespace zoo
