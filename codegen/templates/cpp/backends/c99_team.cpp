#include "backends/c99_team.hpp"

namespace zoo::c99 {

namespace {

constexpr int kLooks = 4000;  // some tens of microseconds

}  // namespace

void Round::advance() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    number_.fetch_add(1, std::memory_order_release);
  }
  changed_.notify_all();
}

void Round::wait(unsigned last) {
  for (int looks = 0; looks < kLooks; ++looks) {
    if (now() != last) return;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this, last] { return now() != last; });
}

void Meeting::wait() {
  const unsigned now = round_.now();
  if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 < count_) {
    round_.wait(now);
    return;
  }
  waiting_.store(0, std::memory_order_relaxed);
  round_.advance();
}

Team::Team(int count, std::size_t scratch_bytes)
    : count_(count),
      meeting_(count),
      scratches_(static_cast<std::size_t>(count),
                 std::vector<std::int32_t>(scratch_bytes / sizeof(std::int32_t) + 1)) {
  try {
    for (int index = 1; index < count; ++index) {
      threads_.emplace_back([this, index] { take_part(index); });
    }
  } catch (...) {  // the system has no more of them
    end();
    throw;
  }
}

Team::~Team() { end(); }

void Team::end() {
  work_ = nullptr;
  round_.advance();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run(const std::function<void(const Part&)>& work) {
  work_ = &work;
  round_.advance();
  this->work(0, work);
}

void Team::take_part(int index) {
  for (unsigned round = 0;; ++round) {
    round_.wait(round);
    const std::function<void(const Part&)>* const given = work_;
    if (given == nullptr) return;
    work(index, *given);
  }
}

void Team::work(int index, const std::function<void(const Part&)>& work) {
  work({index, count_, meeting_, scratches_[static_cast<std::size_t>(index)].data()});
}

}  // namespace zoo::c99
