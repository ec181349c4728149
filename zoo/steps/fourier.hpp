// The discrete Fourier transform, the same bits on every machine. The formulas are in the numpy
// form, zoo/steps/fourier.py.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace zoo {

// cos(2 pi k / whole + quarters pi / 2), k from 0 on.
inline double portable_cos(std::int64_t k, std::int64_t whole, int quarters) {
  constexpr double kHalfPi = 1.5707963267948966;
  constexpr int kTerms = 10;
  const std::int64_t rest = 4 * k % whole;
  const bool is_far = rest > whole - rest;
  const double a =
      kHalfPi * static_cast<double>(is_far ? whole - rest : rest) / static_cast<double>(whole);
  double c = 1;
  double s = 1;
  for (int j = kTerms; j > 0; --j) {
    c = 1 - a * a * c / ((2 * j - 1) * (2 * j));
    s = 1 - a * a * s / (2 * j * (2 * j + 1));
  }
  s = s * a;
  if (is_far) std::swap(c, s);
  switch ((4 * k / whole + quarters) % 4) {
    case 0:
      return c;
    case 1:
      return -s;
    case 2:
      return -c;
    default:
      return s;
  }
}

// The transform of a real row whose size is a power of two.
class Fourier {
 public:
  explicit Fourier(std::size_t size) : real_(size), imaginary_(size), order_{0} {
    for (std::size_t k = 0; k < size; ++k) {
      const auto at = static_cast<std::int64_t>(k);
      cosines_.push_back(portable_cos(at, static_cast<std::int64_t>(size), 0));
      sines_.push_back(portable_cos(at, static_cast<std::int64_t>(size), 3));
    }
    while (order_.size() < size) {
      const std::size_t count = order_.size();
      for (std::size_t& place : order_) place *= 2;
      for (std::size_t i = 0; i < count; ++i) order_.push_back(order_[i] + 1);
    }
  }

  // Returns the squared magnitudes of the first size / 2 + 1 terms; x: size numbers.
  std::vector<double> power_spectrum(const std::vector<double>& x) {
    const std::size_t size = order_.size();
    for (std::size_t i = 0; i < size; ++i) {
      real_[i] = x[order_[i]];
      imaginary_[i] = 0;
    }
    for (std::size_t half = 1; half < size; half *= 2) {
      for (std::size_t begin = 0; begin < size; begin += 2 * half) combine(begin, half);
    }
    std::vector<double> power;
    for (std::size_t k = 0; k <= size / 2; ++k) {
      power.push_back(real_[k] * real_[k] + imaginary_[k] * imaginary_[k]);
    }
    return power;
  }

 private:
  void combine(std::size_t begin, std::size_t half) {
    const std::size_t step = order_.size() / (2 * half);
    for (std::size_t j = 0; j < half; ++j) {
      const std::size_t a = begin + j;
      const std::size_t b = a + half;
      const double w_real = cosines_[j * step];
      const double w_imaginary = -sines_[j * step];
      const double t_real = w_real * real_[b] - w_imaginary * imaginary_[b];
      const double t_imaginary = w_real * imaginary_[b] + w_imaginary * real_[b];
      real_[b] = real_[a] - t_real;
      imaginary_[b] = imaginary_[a] - t_imaginary;
      real_[a] = real_[a] + t_real;
      imaginary_[a] = imaginary_[a] + t_imaginary;
    }
  }

  std::vector<double> real_;
  std::vector<double> imaginary_;
  std::vector<double> cosines_;
  std::vector<double> sines_;
  std::vector<std::size_t> order_;
};

}  // namespace zoo
