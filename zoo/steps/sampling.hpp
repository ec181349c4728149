// Resamples a region of a photo to a size, in integers only.
// The formula is in the numpy form, zoo/steps/sampling.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "frame.hpp"
#include "sampling_axis.hpp"
#include "sampling_plain.hpp"

// The form for the processors that the program is compiled for; all write the same bytes.
#if defined(ZOO_PLAIN_SAMPLING)
namespace zoo::sampling {
namespace form = plain;
}
#elif defined(__SSE2__)
#include "sampling_sse2.hpp"
namespace zoo::sampling {
namespace form = sse2;
}
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include "sampling_neon.hpp"
namespace zoo::sampling {
namespace form = neon;
}
#else
namespace zoo::sampling {
namespace form = plain;
}
#endif

namespace zoo::sampling {

// The lines that a row of the result is made of, from their byte `begin` on.
inline void find_lines(const Image& photo, const Axis& rows, std::size_t row, std::ptrdiff_t begin,
                       std::vector<Line>& lines) {
  lines.clear();
  const std::ptrdiff_t pitch = std::ptrdiff_t{photo.width} * photo.channels;
  for (std::size_t i = rows.begin(row); i < rows.ends[row]; ++i) {
    const Tap tap = rows.taps[i];
    lines.push_back({photo.pixels.data() + tap.pixel * pitch + begin, tap.weight});
  }
}

}  // namespace zoo::sampling

namespace zoo {

// The region of a photo as a picture of height x width.
inline Image sample(const Image& photo, const Region& region, int height, int width,
                    const std::string& interpolation) {
  const sampling::Axis rows =
      sampling::make_axis(region.y0_q8, region.height_q8, height, photo.height, interpolation);
  const sampling::Axis columns =
      sampling::make_axis(region.x0_q8, region.width_q8, width, photo.width, interpolation);
  const sampling::Mean mean(rows.total * columns.total);
  const int first = columns.taps.front().pixel;
  const auto count = static_cast<std::size_t>((columns.end_pixel() - first) * photo.channels);
  const sampling::Stencil stencil = sampling::make_stencil(columns, photo.channels);
  const bool has_form = count >= 16 && photo.channels <= 4 && mean.fits_32_bits();
  std::vector<std::uint32_t> sums(count + 3);
  std::vector<sampling::Line> lines;
  const auto row_bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(photo.channels);
  Image image{height, width, photo.channels, {}};
  image.pixels.resize(row_bytes * static_cast<std::size_t>(height));
  for (std::size_t row = 0; row < rows.ends.size(); ++row) {
    sampling::find_lines(photo, rows, row, std::ptrdiff_t{first} * photo.channels, lines);
    std::uint8_t* pixels = image.pixels.data() + row_bytes * row;
    if (has_form) {
      sampling::form::sum_lines(lines, sums, count);
      sampling::form::mean_columns(sums, stencil, photo.channels, mean, pixels);
    } else {
      sampling::plain::sum_lines(lines, sums, count);
      sampling::plain::mean_columns(sums, stencil, photo.channels, mean, pixels);
    }
  }
  return image;
}

}  // namespace zoo
