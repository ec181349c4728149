// One connection of the live server, which never waits for the one at its other end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace zoo {

using Clock = std::chrono::steady_clock;

class LiveClient {
 public:
  // What it is waiting for; kEnd: for the other end to close it, so that the answer arrives.
  enum class Kind { kRequest, kAnswer, kVideo, kEvents, kEnd };

  // descriptor: of a socket that does not block, which this closes.
  explicit LiveClient(int descriptor);
  ~LiveClient();
  LiveClient(const LiveClient&) = delete;
  LiveClient& operator=(const LiveClient&) = delete;

  int descriptor() const { return descriptor_; }
  Kind kind() const { return kind_; }
  bool is_done() const { return is_done_; }
  bool has_output() const { return sent_ < output_.size(); }
  // Whether nothing was sent for half a second.
  bool is_quiet() const;
  std::size_t waiting_bytes() const { return output_.size() - sent_; }

  // The request's head, once it is complete; empty before. Ends the connection when it is closed.
  std::string read();

  // Sends a text as soon as the other end takes it.
  void send(Kind kind, const std::string& text);

  // Sends what the other end takes now.
  void flush();

  // When the connection ends unless something moves.
  Clock::time_point deadline() const;

  std::uint64_t seen = 0;  // number of the last picture that was sent
  int missed = 0;          // results that did not fit

 private:
  int descriptor_;
  Kind kind_ = Kind::kRequest;
  std::string input_;
  std::string output_;
  std::size_t sent_ = 0;
  bool is_done_ = false;
  Clock::time_point moved_ = Clock::now();
};

}  // namespace zoo
