// The axes of outputs that are maps. The numpy form is zoo/steps/map_axes.py.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "frame.hpp"

namespace zoo {

// Maps [channels, rows, columns] in an output of any order.
class Maps {
 public:
  // order: "first" or "last", where the output's axis of channels is; two axes are a single map.
  Maps(const Values& values, const std::string& name, const std::string& order)
      : output_(std::get<Tensor>(values.at(name))) {
    const auto length = [this](std::size_t axis) {
      return static_cast<std::size_t>(output_.shape[axis]);
    };
    const bool is_single = output_.shape.size() == 2;
    const std::size_t first = !is_single && order == "first" ? 1 : 0;
    rows = length(first);
    columns = length(first + 1);
    channels = is_single ? 1 : length(order == "first" ? 0 : 2);
    channel_step_ = order == "first" ? rows * columns : 1;
    pixel_step_ = order == "first" ? 1 : channels;
  }

  // Number of a channel at a pixel, counted by rows and columns.
  double at(std::size_t channel, std::size_t pixel) const {
    return output_.data[channel * channel_step_ + pixel * pixel_step_];
  }

  std::size_t channels = 1;
  std::size_t rows = 0;
  std::size_t columns = 0;

 private:
  const Tensor& output_;
  std::size_t channel_step_ = 0;
  std::size_t pixel_step_ = 0;
};

}  // namespace zoo
