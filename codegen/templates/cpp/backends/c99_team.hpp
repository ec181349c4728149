// Threads that compute a network together, each some rows of every layer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace zoo::c99 {

// A number that threads wait for. Layers take microseconds, so they look a while before they sleep.
class Round {
 public:
  unsigned now() const { return number_.load(std::memory_order_acquire); }
  void advance();
  // Returns once it is not `last` any more.
  void wait(unsigned last);

 private:
  std::atomic<unsigned> number_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

// Where threads wait for each other.
class Meeting {
 public:
  explicit Meeting(int count) : count_(count) {}

  // Returns once all have called it.
  void wait();

 private:
  const int count_;
  std::atomic<int> waiting_{0};
  Round round_;
};

// One thread's share of a network, as in the network's header.
struct Part {
  int index;
  int count;
  Meeting& meeting;
  std::int32_t* scratch;
};

// Threads besides the caller's. They sleep between networks.
class Team {
 public:
  Team(int count, std::size_t scratch_bytes);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Does the work in all threads at once; it ends with a meeting.
  void run(const std::function<void(const Part&)>& work);

 private:
  void end();
  void take_part(int index);
  void work(int index, const std::function<void(const Part&)>& work);

  const int count_;
  Meeting meeting_;
  std::vector<std::vector<std::int32_t>> scratches_;
  Round round_;
  const std::function<void(const Part&)>* work_ = nullptr;  // of the round; nullptr: the end
  std::vector<std::thread> threads_;
};

}  // namespace zoo::c99
