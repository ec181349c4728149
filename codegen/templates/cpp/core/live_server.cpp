// Formats: HTTP/1.1 (RFC 9112), multipart (RFC 2046), server-sent events (WHATWG HTML, 9.2).
#include "core/live_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <utility>

#include "core/image_file.hpp"
#include "core/live_listener.hpp"
#include "core/live_page.hpp"
#include "core/overlay.hpp"
#include "core/record.hpp"

namespace zoo {

namespace {

constexpr int kClientsMax = 8;
constexpr std::size_t kSocketsMax = 32;              // with those that have their answer
constexpr std::size_t kRecordsMax = 256;             // that wait for the thread
constexpr std::size_t kWaitingBytesMax = 256 << 10;  // of records that wait for one client
constexpr int kQuality = 85;
constexpr int kLook_ms = 250;  // at times that pass

constexpr const char* kHeaders =
    "Cache-Control: no-store\r\n"
    "Connection: close\r\n"
    "Content-Security-Policy: default-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n";

// A part ends with the border of the next one, so that its end is known at once.
constexpr const char* kBorder = "\r\n--photo\r\n";

std::string head(const std::string& status, const std::string& type) {
  return "HTTP/1.1 " + status + "\r\n" + kHeaders + "Content-Type: " + type + "\r\n";
}

std::string whole_answer(const std::string& status, const std::string& type,
                         const std::string& content) {
  return head(status, type) + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
         content;
}

// Tells a client that enough look.
void refuse(LiveClient& client) {
  const std::string text = std::to_string(kClientsMax) + " are looking already\n";
  client.send(LiveClient::Kind::kAnswer,
              whole_answer("503 Service Unavailable", "text/plain", text));
}

std::string server_event(const std::string& data) { return "data: " + data + "\n\n"; }

}  // namespace

LiveServer::LiveServer(const LiveAddress& address) : address_(address) {
  listener_ = listen_at(address);
  int ends[2];
  if (pipe(ends) != 0) throw Error("--serve: no pipe can be opened");
  wake_reader_ = ends[0];
  wake_writer_ = ends[1];
  do_not_block(wake_reader_);
  do_not_block(wake_writer_);
  std::fprintf(stderr, "live: %s\n", url(address_, listener_).c_str());
  thread_ = std::thread([this] { run(); });
}

LiveServer::~LiveServer() {
  is_ending_ = true;
  wake();
  thread_.join();
  for (const int descriptor : {listener_, wake_reader_, wake_writer_}) close(descriptor);
}

void LiveServer::show(const Photo& photo, std::vector<Finding> findings,
                      const std::vector<ObjectEvent>& events) {
  std::vector<std::string> records;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    records.push_back(server_event(record(photo, static_cast<int>(i), findings[i])));
  }
  auto shown = std::make_shared<const Shown>(Shown{photo, std::move(findings), records});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    coming_ = std::move(shown);
    add(std::move(records));
  }
  tell(events);
}

void LiveServer::tell(const std::vector<ObjectEvent>& events) {
  std::vector<std::string> records;
  for (const ObjectEvent& event : events) records.push_back(server_event(event_record(event)));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    add(std::move(records));
  }
  wake();
}

void LiveServer::add(std::vector<std::string> records) {
  for (std::string& text : records) {
    if (coming_records_.size() < kRecordsMax) {
      coming_records_.push_back(std::move(text));
    } else {
      ++left_out_;
    }
  }
}

void LiveServer::wake() const {
  // A full pipe wakes the thread, too.
  [[maybe_unused]] const ssize_t written = write(wake_writer_, "", 1);
}

void LiveServer::run() {
  try {
    while (!is_ending_) serve();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "warning: --serve has ended: %s\n", error.what());
    shutdown(listener_, SHUT_RDWR);  // so that browsers are refused at once
    clients_.clear();
  }
}

void LiveServer::serve() {
  wait_for_sockets();
  take_shown();
  for (LiveClient& client : clients_) feed(client);
  const auto now = Clock::now();
  clients_.remove_if(
      [now](const LiveClient& client) { return client.is_done() || client.deadline() < now; });
  records_.clear();
}

void LiveServer::wait_for_sockets() {
  std::vector<pollfd> waited{{listener_, POLLIN, 0}, {wake_reader_, POLLIN, 0}};
  for (const LiveClient& client : clients_) {
    const int events = client.has_output() ? POLLIN | POLLOUT : POLLIN;
    waited.push_back({client.descriptor(), static_cast<short>(events), 0});
  }
  if (poll(waited.data(), waited.size(), kLook_ms) <= 0) return;
  auto found = waited.begin() + 2;
  for (LiveClient& client : clients_) {
    if ((found->revents & POLLOUT) != 0) client.flush();
    if ((found->revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const std::string request = client.read();
      if (!request.empty()) answer(client, request);
    }
    ++found;
  }
  char bytes[64];
  while (read(wake_reader_, bytes, sizeof bytes) > 0) {
  }
  if ((waited[0].revents & POLLIN) != 0) accept_client();
}

void LiveServer::accept_client() {
  const int descriptor = accept(listener_, nullptr, nullptr);
  if (descriptor < 0) {
    if (errno == EMFILE || errno == ENFILE) throw Error("the system has no more sockets");
    return;
  }
  if (clients_.size() == kSocketsMax) {  // who has asked nothing for longest makes room
    const auto asks_nothing = [](const LiveClient& client) {
      return client.kind() == LiveClient::Kind::kRequest;
    };
    const auto idle = std::find_if(clients_.begin(), clients_.end(), asks_nothing);
    if (idle == clients_.end()) {
      close(descriptor);
      return;
    }
    clients_.erase(idle);
  }
  do_not_block(descriptor);
  clients_.emplace_back(descriptor);
  if (is_full()) refuse(clients_.back());
}

bool LiveServer::is_full() const {
  const auto looks = [](const LiveClient& client) {
    return client.kind() == LiveClient::Kind::kVideo || client.kind() == LiveClient::Kind::kEvents;
  };
  return std::count_if(clients_.begin(), clients_.end(), looks) >= kClientsMax;
}

std::string LiveServer::refusal(const HttpRequest& request) const {
  if (request.method != "GET") {
    return whole_answer("405 Method Not Allowed", "text/plain", "only GET\n");
  }
  if (request.path == "/live.js") return "";  // the page's script holds nothing
  if (!address_.token.empty()) {
    if (is_same_secret(address_.token, request.token)) return "";
    return whole_answer("403 Forbidden", "text/plain", "the URL needs ?token=...\n");
  }
  // Without a token, a page of another site must not look by a name that it points here.
  const std::string& host = request.host;
  const std::string& own = address_.address;
  if (host == "localhost" || host == own || host == "[" + own + "]") return "";
  return whole_answer("403 Forbidden", "text/plain", "look at localhost\n");
}

void LiveServer::answer(LiveClient& client, const std::string& head_text) {
  using Kind = LiveClient::Kind;
  const std::optional<HttpRequest> request = parse_request(head_text);
  if (!request) {
    client.send(Kind::kAnswer, whole_answer("400 Bad Request", "text/plain", "malformed\n"));
    return;
  }
  const std::string refused = refusal(*request);
  if (!refused.empty()) {
    client.send(Kind::kAnswer, refused);
  } else if (is_full()) {
    refuse(client);
  } else if (request->path == "/") {
    client.send(Kind::kAnswer, whole_answer("200 OK", "text/html", kLivePage));
  } else if (request->path == "/live.js") {
    client.send(Kind::kAnswer, whole_answer("200 OK", "text/javascript", kLiveScript));
  } else if (request->path == "/video") {
    client.send(Kind::kVideo,
                head("200 OK", "multipart/x-mixed-replace; boundary=photo") + kBorder);
  } else if (request->path == "/events") {
    client.send(Kind::kEvents, head("200 OK", "text/event-stream") + "\r\n");
    for (const std::string& text : shown_ ? shown_->records : std::vector<std::string>()) {
      client.send(Kind::kEvents, text);
    }
  } else {
    const std::string text = "there are /, /video and /events\n";
    client.send(Kind::kAnswer, whole_answer("404 Not Found", "text/plain", text));
  }
}

void LiveServer::take_shown() {
  const std::lock_guard<std::mutex> lock(mutex_);
  records_ = std::exchange(coming_records_, {});
  if (left_out_ > 0) {
    for (LiveClient& client : clients_) client.missed += left_out_;
    left_out_ = 0;
  }
  if (!coming_) return;
  shown_ = std::exchange(coming_, nullptr);
  ++number_;
  part_.clear();
}

void LiveServer::feed(LiveClient& client) {
  using Kind = LiveClient::Kind;
  // Chromium shows a picture when the next one begins: without one, the same comes again.
  const bool takes_picture = client.kind() == Kind::kVideo && shown_ && !client.has_output();
  if (takes_picture && (client.seen != number_ || client.is_quiet())) {
    if (part_.empty()) {
      const std::string jpeg = encode_jpeg(draw(shown_->photo, shown_->findings), kQuality);
      part_ = "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(jpeg.size()) +
              "\r\n\r\n" + jpeg + kBorder;
    }
    client.seen = number_;
    client.send(Kind::kVideo, part_);
  }
  if (client.kind() != Kind::kEvents) return;
  for (const std::string& text : records_) {
    if (client.waiting_bytes() > kWaitingBytesMax) {
      ++client.missed;
      continue;
    }
    if (client.missed > 0) {
      client.send(Kind::kEvents, "event: missed\n" + server_event(std::to_string(client.missed)));
      client.missed = 0;
    }
    client.send(Kind::kEvents, text);
  }
}

}  // namespace zoo
