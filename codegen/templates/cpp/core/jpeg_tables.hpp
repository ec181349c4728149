// The Huffman tables that sequential JPEG pictures may leave out, as frames of cameras in MJPG do.
#pragma once

#include <string>

namespace zoo {

// Returns a JPEG file with them; tables of its own come later and count.
std::string with_usual_tables(std::string jpeg);

}  // namespace zoo
