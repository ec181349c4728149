// The overlay of each photo and its records, for browsers: --serve.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/finding.hpp"
#include "core/http_request.hpp"
#include "core/live_address.hpp"
#include "core/live_client.hpp"
#include "core/watch.hpp"

namespace zoo {

// Serves /, a page; /video, a JPEG after the other (multipart/x-mixed-replace); /events, the
// records as server-sent events. A thread of its own draws, encodes and sends, so that nobody who
// looks delays a photo: what they do not take in time is left out.
class LiveServer {
 public:
  // Listens; throws Error.
  explicit LiveServer(const LiveAddress& address);
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  // Shows a photo with what was found, instead of the one before, and the events that ended.
  void show(const Photo& photo, std::vector<Finding> findings,
            const std::vector<ObjectEvent>& events);

  void tell(const std::vector<ObjectEvent>& events);

 private:
  struct Shown {
    Photo photo;
    std::vector<Finding> findings;
    std::vector<std::string> records;
  };

  void wake() const;
  void add(std::vector<std::string> records);
  void run();
  void serve();
  void wait_for_sockets();
  void accept_client();
  // Whether as many clients look at pictures or results as may.
  bool is_full() const;
  void answer(LiveClient& client, const std::string& head);
  void take_shown();
  void feed(LiveClient& client);
  std::string refusal(const HttpRequest& request) const;

  LiveAddress address_;
  int listener_ = -1;
  int wake_reader_ = -1;
  int wake_writer_ = -1;

  std::mutex mutex_;  // guards the next three
  std::shared_ptr<const Shown> coming_;
  std::vector<std::string> coming_records_;
  int left_out_ = 0;

  // Only the thread uses these.
  std::list<LiveClient> clients_;
  std::shared_ptr<const Shown> shown_;
  std::vector<std::string> records_;
  std::uint64_t number_ = 0;
  std::string part_;  // the picture with this number as a part of the video, empty if not encoded

  std::atomic<bool> is_ending_{false};
  std::thread thread_;
};

}  // namespace zoo
