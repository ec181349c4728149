#include "core/one_euro.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace zoo {

namespace {

constexpr double kPi = 3.141592653589793;

// The weight of a new number in a low pass: 1 / (1 + 1 / (2 pi cutoff dt)).
double weight(double cutoff_hz, double elapsed_s) {
  const double turn = 2 * kPi * cutoff_hz * elapsed_s;
  return turn / (turn + 1);
}

double low_pass(double alpha, double now, double before) {
  return alpha * now + (1 - alpha) * before;
}

bool are_finite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double n) { return std::isfinite(n); });
}

}  // namespace

void OneEuro::smooth(double time_s, double unit, std::vector<double>& numbers) {
  if (!are_finite(numbers)) {
    smooth_.clear();
    return;
  }
  if (smooth_.size() != numbers.size()) {
    smooth_ = numbers;
    speed_.assign(numbers.size(), 0);
    time_s_ = time_s;
    return;
  }
  const double elapsed_s = time_s - time_s_;
  if (elapsed_s > 0) {
    time_s_ = time_s;
    const double alpha = weight(parameters_.speed_cutoff_hz, elapsed_s);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      speed_[i] = low_pass(alpha, (numbers[i] - smooth_[i]) / elapsed_s, speed_[i]);
      const double speed = std::fabs(speed_[i]) / unit;
      const double cutoff_hz = parameters_.cutoff_hz + parameters_.beta * speed;
      smooth_[i] = low_pass(weight(cutoff_hz, elapsed_s), numbers[i], smooth_[i]);
    }
  }
  numbers = smooth_;
}

}  // namespace zoo
