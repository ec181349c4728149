// Reads the next photo while the last one is looked at.
#pragma once

#include <future>

#include "core/source.hpp"

namespace zoo {

class ReadAhead : public Source {
 public:
  // photos: how many are read at most, -1 for all. What lies beyond, such as the next line of a
  // pipe, is left unread.
  ReadAhead(std::unique_ptr<Source> source, int photos);

  std::optional<Photo> next() override;

 private:
  void start();

  std::unique_ptr<Source> source_;
  int left_;
  std::future<std::optional<Photo>> coming_;  // waits for its thread when it goes
};

}  // namespace zoo
