// The integers of an image's pixels, looked up and by the plain steps, for a test by ctypes.
#include <algorithm>
#include <memory>

#include "backends/c99_tensor.hpp"
#include "core/pixel_levels.hpp"
#include "steps/normalize.hpp"

// Writes looked_up and plain, both [H, W, C].
extern "C" void write_levels(const std::uint8_t* pixels, const int* hwc, const float* mean,
                             const float* std, float scale, int zero_point, bool is_signed,
                             bool rounds_half_up, std::uint8_t* looked_up, std::uint8_t* plain) {
  zoo::Frame frame;
  frame.image = std::make_shared<const zoo::Image>(
      zoo::Image{hwc[0], hwc[1], hwc[2], {pixels, pixels + hwc[0] * hwc[1] * hwc[2]}});
  const zoo::c99::IntegerTensor tensor{
      {"image", {hwc[2], hwc[0], hwc[1]}}, is_signed, scale, zero_point, rounds_half_up};
  const std::vector<float> means(mean, mean + hwc[2]);
  const std::vector<float> stds(std, std + hwc[2]);
  zoo::normalize_pixels(frame, means, stds);
  const auto byte = [&tensor](float real) { return zoo::c99::quantize(tensor, real); };
  zoo::PixelLevels(frame.pixel_values, byte).write(*frame.image, looked_up);
  zoo::normalize(frame, means, stds);
  const zoo::c99::Bytes bytes = zoo::c99::quantize(tensor, frame.input_chw);
  std::copy(bytes.begin(), bytes.end(), plain);
}
