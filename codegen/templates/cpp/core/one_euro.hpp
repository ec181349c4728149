// The one-euro filter: Casiez, Roussel and Vogel, CHI 2012, algorithm 1.
// The Python form is zoo/data/one_euro.py.
#pragma once

#include <vector>

namespace zoo {

// cutoff_hz: of numbers that rest; less removes more jitter.  beta: how much the cutoff rises with
// speed; more lags less. The cutoff is cutoff_hz + beta * speed, in units per second.
// speed_cutoff_hz: of the speed itself.
struct OneEuroParameters {
  double cutoff_hz = 1;
  double beta = 10;
  double speed_cutoff_hz = 1;
};

// Smooths a list of numbers from moment to moment, each by itself.
class OneEuro {
 public:
  explicit OneEuro(const OneEuroParameters& parameters) : parameters_(parameters) {}

  // unit: the size that speeds are measured in, such as a face's.  The first numbers stay as they
  // are, and so do those after one that is not finite. Without a later time, the last ones stay.
  void smooth(double time_s, double unit, std::vector<double>& numbers);

 private:
  OneEuroParameters parameters_;
  double time_s_ = 0;
  std::vector<double> smooth_;
  std::vector<double> speed_;
};

}  // namespace zoo
