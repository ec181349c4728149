// Whether a .tflite file is intact. LiteRT follows its offsets unchecked: an offset that points
// outside the file would crash the program.
#pragma once

#include <string>

namespace zoo::litert {

// Throws Error unless the file has the known version of the schema and everything it refers to is
// in it.
void require_whole(const std::string& path);

}  // namespace zoo::litert
