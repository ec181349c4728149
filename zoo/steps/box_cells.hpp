// Where a detector's outputs keep the numbers of each cell and anchor.
// The numpy form is zoo/steps/box_cells.py.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// A grid of cells over the network's input, each with the same anchors [width, height].
struct BoxLevel {
  std::size_t rows = 1;
  std::size_t columns = 1;
  double stride = 1;
  std::array<double, 2> pitch = {1, 1};  // from a cell's centre to the next one, in x and y
  std::vector<std::array<double, 2>> anchors;
  std::size_t first = 0;  // cells times anchors of the levels before

  std::size_t locations() const { return rows * columns * anchors.size(); }
};

inline std::vector<BoxLevel> grid_levels(
    const std::vector<double>& strides,
    const std::vector<std::vector<std::array<double, 2>>>& anchors, bool is_even, int height,
    int width) {
  std::vector<BoxLevel> levels;
  std::size_t first = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const auto cells = [&](int side) {
      return static_cast<std::size_t>(std::ceil(side / strides[i] - 1e-3));
    };
    BoxLevel level{cells(height),
                   cells(width),
                   strides[i],
                   {strides[i], strides[i]},
                   {{strides[i], strides[i]}},
                   first};
    if (is_even) {
      level.pitch = {width / static_cast<double>(level.columns),
                     height / static_cast<double>(level.rows)};
    }
    if (!anchors.empty()) level.anchors = anchors[i];
    first += level.locations();
    levels.push_back(level);
  }
  return levels;
}

// A level of one row for each output.
inline std::vector<BoxLevel> decoded_levels(const Values& values,
                                            const std::vector<std::string>& outputs,
                                            const std::string& order) {
  std::vector<BoxLevel> levels;
  std::size_t first = 0;
  for (const std::string& name : outputs) {
    const Tensor& output = std::get<Tensor>(values.at(name));
    const std::int64_t channels = order == "first" ? output.shape.front() : output.shape.back();
    const std::size_t rows = output.data.size() / static_cast<std::size_t>(channels);
    levels.push_back({1, rows, 1, {1, 1}, {{1, 1}}, first});
    first += rows;
  }
  return levels;
}

// Reads channels of a cell's anchor in the output that holds a level.
class ChannelReader {
 public:
  // names: an output for each level, or one for all.  channel: the first one to read.
  ChannelReader(const Values& values, const std::vector<std::string>& names,
                const std::vector<BoxLevel>& levels, std::size_t number, const std::string& order,
                int channel) {
    const bool is_own = names.size() > 1 || levels.size() == 1;
    const Tensor& output = std::get<Tensor>(values.at(is_own ? names[number] : names[0]));
    const BoxLevel& level = levels[number];
    const BoxLevel& last = levels.back();
    const std::size_t locations = is_own ? level.locations() : last.first + last.locations();
    const std::size_t first = is_own ? 0 : level.first;
    const std::size_t anchors = level.anchors.size();
    const std::size_t cells = level.rows * level.columns;
    const std::size_t channels = output.data.size() / locations;
    if (order == "first" && output.shape.size() == 3) {
      anchor_ = channels * cells, cell_ = 1, channel_ = cells;
      data_ = output.data.data();
    } else if (order == "first") {
      anchor_ = 1, cell_ = anchors, channel_ = locations;
      data_ = output.data.data() + first;
    } else if (output.shape.size() == 4) {
      anchor_ = cells * channels, cell_ = channels, channel_ = 1;
      data_ = output.data.data();
    } else {
      anchor_ = channels, cell_ = anchors * channels, channel_ = 1;
      data_ = output.data.data() + first * channels;
    }
    data_ += static_cast<std::size_t>(channel) * channel_;
    count_ = channels - static_cast<std::size_t>(channel);
  }

  // Channels from the first one to read on.
  std::size_t count() const { return count_; }

  template <class Numbers>
  void read(std::size_t cell, std::size_t anchor, Numbers& numbers) const {
    const double* from = data_ + cell * cell_ + anchor * anchor_;
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = from[k * channel_];
  }

 private:
  const double* data_ = nullptr;
  std::size_t cell_ = 0;
  std::size_t anchor_ = 0;
  std::size_t channel_ = 0;
  std::size_t count_ = 0;
};

}  // namespace zoo
