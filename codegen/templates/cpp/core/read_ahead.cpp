#include "core/read_ahead.hpp"

#include <utility>

#include "core/stop.hpp"

namespace zoo {

ReadAhead::ReadAhead(std::unique_ptr<Source> source, int photos)
    : source_(std::move(source)), left_(photos) {
  start();
}

void ReadAhead::start() {
  if (left_ == 0) return;
  if (left_ > 0) --left_;
  coming_ = std::async(std::launch::async, [this] { return source_->next(); });
}

std::optional<Photo> ReadAhead::next() {
  if (!coming_.valid()) return std::nullopt;
  try {
    std::optional<Photo> photo = coming_.get();
    if (photo) start();
    return photo;
  } catch (const Error&) {
    if (is_stopped()) return std::nullopt;  // it may not have been read to its end
    throw;
  }
}

int ReadAhead::skipped() const {
  if (coming_.valid()) coming_.wait();
  return source_->skipped();
}

}  // namespace zoo
