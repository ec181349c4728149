// Results on standard output.
#pragma once

#include <string>

namespace zoo {

// Throws Error if the caller closed standard output. Opens the other standard files that it
// closed, so that no file of the program takes their place. Lets writes beyond a limit of file
// sizes fail, which would otherwise end the program.
void prepare_files();

// Writes text to standard output, at once and whole; throws Error.
void print(const std::string& text);

}  // namespace zoo
