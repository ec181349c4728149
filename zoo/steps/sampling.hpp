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

// Writes an image's rows. Sum: as in sum_lines.
template <class Sum>
void sample_rows(const Image& photo, const Axis& rows, const Axis& columns, Image& image) {
  constexpr std::size_t kStep = sizeof(Sum) == 2 ? 2 : 1;
  const int channels = photo.channels;
  const Mean mean(rows.total * columns.total);
  const Stencil stencil = make_stencil(columns, channels, kStep);
  const int first = columns.taps.front().pixel;
  const auto count = static_cast<std::size_t>((columns.end_pixel() - first) * channels);
  const bool has_form = count >= 16 && channels <= 4 && mean.fits_32_bits();
  std::vector<Sum> sums(count + 3);
  std::vector<Line> lines;
  std::uint8_t* pixels = image.pixels.data();
  for (std::size_t row = 0; row < rows.ends.size(); ++row) {
    find_lines(photo, rows, row, std::ptrdiff_t{first} * channels, lines);
    if (has_form) {
      form::sum_lines(lines, sums, count);
      form::mean_columns(sums, stencil, channels, mean, pixels);
    } else {
      plain::sum_lines(lines, sums, count);
      plain::mean_columns(sums, stencil, channels, mean, pixels);
    }
    pixels += image.width * channels;
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
  Image image{height, width, photo.channels, {}};
  image.pixels.resize(static_cast<std::size_t>(height) *
                      static_cast<std::size_t>(width * photo.channels));
  if (rows.total == 256) {  // neither averaged nor by area
    sampling::sample_rows<std::uint16_t>(photo, rows, columns, image);
  } else {
    sampling::sample_rows<std::uint32_t>(photo, rows, columns, image);
  }
  return image;
}

}  // namespace zoo
