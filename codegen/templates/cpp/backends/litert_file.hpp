// Whether a .tflite file is whole. LiteRT follows the offsets in it unchecked: by one that leads
// out of the file the program would die.
#pragma once

#include <string>

namespace zoo::litert {

// Throws Error unless the file is of the known version of the schema and all that it refers to is
// in it.
void require_whole(const std::string& path);

}  // namespace zoo::litert
