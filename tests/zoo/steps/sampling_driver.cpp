// Resamples pictures from standard input by the form that the compiler's target selects.
// A picture: HEIGHT WIDTH CHANNELS ROWS COLUMNS X0 Y0 WIDTH_Q8 HEIGHT_Q8 INTERPOLATION, a line
// break, and its bytes; the result is written as bytes.
#include <cstdio>
#include <iostream>
#include <string>

#include "sampling.hpp"

int main() {
  zoo::Image photo;
  zoo::Region region;
  int rows = 0;
  int columns = 0;
  std::string interpolation;
  while (std::cin >> photo.height >> photo.width >> photo.channels >> rows >> columns >>
         region.x0_q8 >> region.y0_q8 >> region.width_q8 >> region.height_q8 >> interpolation) {
    std::cin.ignore(1);
    photo.pixels.assign(static_cast<std::size_t>(photo.height * photo.width * photo.channels), 0);
    photo.pixels.shrink_to_fit();
    std::cin.read(reinterpret_cast<char*>(photo.pixels.data()),
                  static_cast<std::streamsize>(photo.pixels.size()));
    const zoo::Image found = zoo::sample(photo, region, rows, columns, interpolation);
    std::cout.write(reinterpret_cast<const char*>(found.pixels.data()),
                    static_cast<std::streamsize>(found.pixels.size()));
  }
  return 0;
}
