// The C++ forms of the contract steps as C functions, so that the tests call them by ctypes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "align.hpp"
#include "aspect_ratios.hpp"
#include "center_crop.hpp"
#include "color.hpp"
#include "contrast.hpp"
#include "crop.hpp"
#include "embedding.hpp"
#include "equalize.hpp"
#include "fold.hpp"
#include "gray.hpp"
#include "head_pose.hpp"
#include "landmarks.hpp"
#include "letterbox.hpp"
#include "log_mel.hpp"
#include "normalize.hpp"
#include "resize.hpp"
#include "segment.hpp"
#include "softmax.hpp"
#include "stretch.hpp"
#include "top_k.hpp"
#include "waveform.hpp"

namespace {

zoo::Frame frame_of(const std::uint8_t* pixels, const int* hwc) {
  zoo::Image image{hwc[0], hwc[1], hwc[2], {}};
  image.pixels.assign(pixels, pixels + hwc[0] * hwc[1] * hwc[2]);
  zoo::Frame frame;
  frame.image = std::make_shared<const zoo::Image>(image);
  return frame;
}

void copy_pixels(const zoo::Frame& frame, std::uint8_t* out) {
  std::copy(frame.image->pixels.begin(), frame.image->pixels.end(), out);
}

const std::vector<double>& numbers_of(const zoo::Values& values, const char* name) {
  return std::get<zoo::Tensor>(values.at(name)).data;
}

zoo::Values landmarks_of(const double* xy, int count) {
  return {{"landmarks", zoo::Tensor{{count, 2}, std::vector<double>(xy, xy + 2 * count)}}};
}

void copy_region(const zoo::Frame& frame, std::int64_t* region) {
  region[0] = frame.region->x0_q8;
  region[1] = frame.region->y0_q8;
  region[2] = frame.region->width_q8;
  region[3] = frame.region->height_q8;
}

zoo::Frame boxed(const std::uint8_t* pixels, const int* hwc, const double* box) {
  zoo::Frame frame = frame_of(pixels, hwc);
  frame.box = {box[0], box[1], box[2], box[3]};
  return frame;
}

zoo::Values vector_of(const double* data, int count) {
  return {{"out", zoo::Tensor{{count}, std::vector<double>(data, data + count)}}};
}

zoo::Frame frame_of(const double* samples, int count, int rate_hz) {
  zoo::Frame frame;
  frame.signal = std::make_shared<const zoo::Signal>(
      zoo::Signal{rate_hz, std::vector<double>(samples, samples + count)});
  return frame;
}

void copy_numbers(const zoo::Values& values, const char* name, double* out) {
  const std::vector<double>& numbers = numbers_of(values, name);
  std::copy(numbers.begin(), numbers.end(), out);
}

}  // namespace

extern "C" {

void segment(const double* samples, int count, int length, const char* place, double* out) {
  zoo::Frame frame = frame_of(samples, count, 1);
  zoo::segment(frame, length, place);
  std::copy(frame.signal->samples.begin(), frame.signal->samples.end(), out);
}

void waveform(const double* samples, int count, double gain, float* out) {
  zoo::Frame frame = frame_of(samples, count, 1);
  zoo::waveform(frame, gain);
  std::copy(frame.input_chw.begin(), frame.input_chw.end(), out);
}

// counts: window, hop, fft, bands, power.  numbers: low_hz, high_hz, offset, mean, std.
void log_mel(const double* samples, int count, int rate_hz, const int* counts,
             const double* numbers, const char* taper, const char* order, float* out) {
  zoo::Frame frame = frame_of(samples, count, rate_hz);
  zoo::log_mel(frame, counts[0], counts[1], counts[2], counts[3], numbers[0], numbers[1], taper,
               counts[4], numbers[2], numbers[3], numbers[4], order);
  std::copy(frame.input_chw.begin(), frame.input_chw.end(), out);
}

// Returns whether the box is good; writes the region, or else the message.
bool crop(const double* box, double scale, int aspect_height, int aspect_width,
          std::int64_t* region, char* message, std::size_t size) {
  zoo::Frame frame;
  frame.box = {box[0], box[1], box[2], box[3]};
  try {
    zoo::crop(frame, scale, {aspect_height, aspect_width});
  } catch (const zoo::Error& error) {
    std::snprintf(message, size, "%s", error.what());
    return false;
  }
  copy_region(frame, region);
  return true;
}

void resize(const std::uint8_t* pixels, const int* hwc, const std::int64_t* region, int height,
            int width, const char* interpolation, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  frame.region = zoo::Region{region[0], region[1], region[2], region[3]};
  zoo::resize(frame, {height, width}, interpolation);
  copy_pixels(frame, out);
}

// Returns how many sums are divided wrongly by a sum of weights, 65536 n: of all that round
// differently, up to n times 255.
int wrong_means(int n) {
  const std::uint64_t total = 65536 * static_cast<std::uint64_t>(n);
  const zoo::sampling::Mean mean(total);
  int wrong = 0;
  for (std::uint64_t sum = 0; sum <= 255 * total; sum += 32768) {
    wrong += mean(sum) != (sum + total / 2) / total;
    wrong += mean(sum + 32767) != (sum + 32767 + total / 2) / total;
  }
  return wrong;
}

void stretch(const std::uint8_t* pixels, const int* hwc, const double* box, int height, int width,
             const char* interpolation, std::uint8_t* out, std::int64_t* region) {
  zoo::Frame frame = boxed(pixels, hwc, box);
  zoo::stretch(frame, {height, width}, interpolation);
  copy_pixels(frame, out);
  copy_region(frame, region);
}

// sides: none instead of {0, 0}.
void center_crop(const std::uint8_t* pixels, const int* hwc, const double* box, int height,
                 int width, const int* sides, int short_side, const char* interpolation,
                 std::uint8_t* out, std::int64_t* region) {
  zoo::Frame frame = boxed(pixels, hwc, box);
  std::vector<int> stretched;
  if (sides[0] > 0) stretched.assign(sides, sides + 2);
  zoo::center_crop(frame, short_side, {height, width}, interpolation, stretched);
  copy_pixels(frame, out);
  copy_region(frame, region);
}

// padding: a number for each channel.
void letterbox(const std::uint8_t* pixels, const int* hwc, const double* box, int height, int width,
               const int* padding, const char* place, const char* interpolation, const char* fill,
               std::uint8_t* out, std::int64_t* region) {
  zoo::Frame frame = boxed(pixels, hwc, box);
  zoo::letterbox(frame, {height, width}, std::vector<int>(padding, padding + hwc[2]), place,
                 interpolation, fill);
  copy_pixels(frame, out);
  copy_region(frame, region);
}

void gray(const std::uint8_t* pixels, const int* hwc, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::gray(frame);
  copy_pixels(frame, out);
}

void fold(const std::uint8_t* pixels, const int* hwc, int factor, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::fold(frame, factor);
  copy_pixels(frame, out);
}

void equalize(const std::uint8_t* pixels, const int* hwc, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::equalize(frame);
  copy_pixels(frame, out);
}

void contrast(const std::uint8_t* pixels, const int* hwc, int cut_percent, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::contrast(frame, cut_percent);
  copy_pixels(frame, out);
}

void color(const std::uint8_t* pixels, const int* hwc, const char* order, std::uint8_t* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::color(frame, order);
  copy_pixels(frame, out);
}

zoo::Points points_of(const double* xy, int count) {
  zoo::Points points;
  for (int i = 0; i < count; ++i) points.push_back({xy[2 * i], xy[2 * i + 1]});
  return points;
}

// Returns whether the part of the photo is turned; then it is in `turned`, [6].
bool align(const std::uint8_t* pixels, const int* hwc, const double* box, const double* points,
           int count, const double* wanted, int height, int width, double scale,
           const char* interpolation, std::uint8_t* out, std::int64_t* turned) {
  zoo::Frame frame = boxed(pixels, hwc, box);
  frame.points = points_of(points, count);
  zoo::align(frame, points_of(wanted, count), {height, width}, scale, interpolation);
  copy_pixels(frame, out);
  if (!frame.turned_region) return false;
  const zoo::TurnedRegion& found = *frame.turned_region;
  const std::int64_t numbers[6] = {found.x0_q8,       found.y0_q8,     found.across_x_q8,
                                   found.across_y_q8, found.down_x_q8, found.down_y_q8};
  std::copy(numbers, numbers + 6, turned);
  return true;
}

void normalize(const std::uint8_t* pixels, const int* hwc, const float* mean, const float* std,
               float* out) {
  zoo::Frame frame = frame_of(pixels, hwc);
  zoo::normalize(frame, std::vector<float>(mean, mean + hwc[2]),
                 std::vector<float>(std, std + hwc[2]));
  std::copy(frame.input_chw.begin(), frame.input_chw.end(), out);
}

// hwc: of the network's input.  region: [4], or [6] of a turned one.
void landmarks(const double* output, int count, const int* hwc, const std::int64_t* region,
               bool is_turned, const double* mean, int means, const char* order, int numbers,
               bool normalized, double* out) {
  zoo::Frame frame;
  frame.image = std::make_shared<const zoo::Image>(zoo::Image{hwc[0], hwc[1], hwc[2], {}});
  if (is_turned) {
    frame.turned_region =
        zoo::TurnedRegion{region[0], region[1], region[2], region[3], region[4], region[5]};
  } else {
    frame.region = zoo::Region{region[0], region[1], region[2], region[3]};
  }
  const int size = numbers * count;
  zoo::Values values = {{"out", zoo::Tensor{{size}, std::vector<double>(output, output + size)}}};
  std::vector<std::array<double, 2>> places;
  for (int i = 0; i < means; ++i) places.push_back({mean[2 * i], mean[2 * i + 1]});
  zoo::landmarks(values, frame, "out", count, places, order, numbers, normalized);
  const std::vector<double>& photo = numbers_of(values, "landmarks");
  std::copy(photo.begin(), photo.end(), out);
}

void aspect_ratios(const double* xy, int count, const char* layout, double* out) {
  zoo::Values values = landmarks_of(xy, count);
  zoo::aspect_ratios(values, zoo::Frame{}, layout);
  for (const char* name : {"ear_left", "ear_right", "ear", "mar"}) {
    *out++ = numbers_of(values, name)[0];
  }
}

// points are all landmarks, in order.
void head_pose(const double* xy, int count, const double* face, double* out) {
  zoo::Values values = landmarks_of(xy, count);
  std::vector<std::size_t> points;
  std::vector<zoo::pose::Vector3> places;
  for (int i = 0; i < count; ++i) {
    points.push_back(static_cast<std::size_t>(i));
    places.push_back({face[3 * i], face[3 * i + 1], face[3 * i + 2]});
  }
  zoo::head_pose(values, zoo::Frame{}, points, places);
  const std::vector<double>& angles = numbers_of(values, "head_pose");
  std::copy(angles.begin(), angles.end(), out);
}

void softmax(const double* scores, int count, double* out) {
  zoo::Values values = vector_of(scores, count);
  zoo::softmax(values, zoo::Frame{}, "out");
  copy_numbers(values, "probabilities", out);
}

void embedding(const double* vector, int count, double* out) {
  zoo::Values values = vector_of(vector, count);
  zoo::embedding(values, zoo::Frame{}, "out");
  copy_numbers(values, "embedding", out);
}

// The label of class 3 is "<3>"; texts receives those of the first k classes.
void top_k(const double* scores, int count, int k, double* top_scores, std::int64_t* classes,
           char* texts, std::size_t size) {
  zoo::Values values = vector_of(scores, count);
  std::vector<std::string> labels;
  for (int i = 0; i < count; ++i) labels.push_back("<" + std::to_string(i) + ">");
  zoo::top_k(values, zoo::Frame{}, "out", k, labels);
  copy_numbers(values, "top_scores", top_scores);
  const auto& found = std::get<zoo::Integers>(values.at("top_classes")).data;
  std::copy(found.begin(), found.end(), classes);
  std::string joined;
  for (const std::string& text : std::get<zoo::Texts>(values.at("top_labels")).data) joined += text;
  std::snprintf(texts, size, "%s", joined.c_str());
}

}  // extern "C"
