// Step log_mel: the logarithms of a signal's energies in mel bands, frame by frame. The formulas
// are in the numpy form, zoo/steps/log_mel.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "exponential.hpp"
#include "fourier.hpp"
#include "frame.hpp"
#include "logarithm.hpp"

namespace zoo {

// What each term of the transform adds to each band: [fft / 2 + 1, bands], row by row.
inline std::vector<double> mel_weights(int rate_hz, int fft, int bands, double low_hz,
                                       double high_hz) {
  const double low = portable_log(1 + low_hz / 700);
  const double high = portable_log(1 + high_hz / 700);
  std::vector<double> edges;
  for (int i = 0; i < bands + 2; ++i) {
    edges.push_back(700 * (portable_exp(low + (high - low) * i / (bands + 1)) - 1));
  }
  std::vector<double> weights;
  for (int k = 0; k <= fft / 2; ++k) {
    const double hz = k * static_cast<double>(rate_hz) / fft;
    for (std::size_t b = 0; b + 2 < edges.size(); ++b) {
      const double up = (hz - edges[b]) / (edges[b + 1] - edges[b]);
      const double down = (edges[b + 2] - hz) / (edges[b + 2] - edges[b + 1]);
      weights.push_back(std::max(0.0, std::min(up, down)));
    }
  }
  return weights;
}

// The factors of a window's samples.
inline std::vector<double> taper_of(const std::string& name, int window) {
  double level = 1;
  double depth = 0;
  if (name == "hann") level = depth = 0.5;
  if (name == "hamming") {
    level = 0.54;
    depth = 0.46;
  }
  std::vector<double> taper;
  for (int i = 0; i < window; ++i) taper.push_back(level - depth * portable_cos(i, window, 0));
  return taper;
}

// Computes y[t, b] = (log(E[t, b] + offset) - mean) / std.
inline void log_mel(Frame& frame, int window, int hop, int fft, int bands, double low_hz,
                    double high_hz, const std::string& taper_name, int power, double offset,
                    double mean, double std, const std::string& order) {
  const std::vector<double>& samples = frame.signal->samples;
  const std::vector<double> taper = taper_of(taper_name, window);
  const std::vector<double> weights =
      mel_weights(frame.signal->rate_hz, fft, bands, low_hz, high_hz);
  const auto width = static_cast<std::size_t>(bands);
  const std::size_t frames = (samples.size() - taper.size()) / static_cast<std::size_t>(hop) + 1;
  Fourier fourier(static_cast<std::size_t>(fft));
  std::vector<double> windowed(static_cast<std::size_t>(fft));
  frame.input_chw.assign(frames * width, 0);
  for (std::size_t t = 0; t < frames; ++t) {
    for (std::size_t i = 0; i < taper.size(); ++i) {
      windowed[i] = taper[i] * samples[t * static_cast<std::size_t>(hop) + i];
    }
    std::vector<double> energy(width);
    const double* row = weights.data();
    for (const double squared : fourier.power_spectrum(windowed)) {
      const double term = power == 1 ? std::sqrt(squared) : squared;
      for (std::size_t b = 0; b < width; ++b) energy[b] += row[b] * term;
      row += width;
    }
    for (std::size_t b = 0; b < width; ++b) {
      const double y = (portable_log(energy[b] + offset) - mean) / std;
      const std::size_t place = order == "frames_bands" ? t * width + b : b * frames + t;
      frame.input_chw[place] = static_cast<float>(y);
    }
  }
}

}  // namespace zoo
