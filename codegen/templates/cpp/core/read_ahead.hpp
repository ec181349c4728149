// Reads the next photo while the current one is processed.
#pragma once

#include <future>

#include "core/source.hpp"

namespace zoo {

class ReadAhead : public Source {
 public:
  // photos: maximum number to read, -1 for all. The rest, such as the next line of a
  // pipe, stays unread.
  ReadAhead(std::unique_ptr<Source> source, int photos);

  std::optional<Photo> next() override;
  int skipped() const override;

 private:
  void start();

  std::unique_ptr<Source> source_;
  int left_;
  std::future<std::optional<Photo>> coming_;  // its destructor waits for the thread
};

}  // namespace zoo
