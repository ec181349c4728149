// Fuzzes what the app reads of others, with libFuzzer: fuzz_app NAME [words of libFuzzer].
//
// It takes the place of the app's main.cpp, so that everything else is the app's own.
// Each input is either read or refused by an Error; sanitizers, and any other exception, end the
// program.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "core/box_file.hpp"
#include "core/camera_frame.hpp"
#include "core/http_request.hpp"
#include "core/image_file.hpp"
#include "core/signal_file.hpp"

namespace {

using Input = std::function<void(const std::string&)>;

void read_boxes(const std::string& content, const std::string& suffix) {
  static const std::string stem = "/dev/shm/fuzz_app_" + std::to_string(getpid());
  const std::string path = stem + "." + suffix;
  std::ofstream(path, std::ios::binary) << content;
  struct Removal {
    const std::string& path;
    ~Removal() { unlink(path.c_str()); }
  } removal{path};
  zoo::BoxFile boxes(path);
  zoo::Photo photo{"photo.png", 0, std::make_shared<zoo::Image>(zoo::Image{4, 6, 3, {}})};
  boxes.find(photo);
}

// The frame's size is in the first bytes: a camera has stated it before. stride_bytes: as in
// CameraFrame, of rows without padding and with it.
void read_frame(const std::string& content, bool is_mjpg) {
  if (content.size() < 3) return;
  const auto byte = [&content](std::size_t i) { return static_cast<unsigned char>(content[i]); };
  zoo::CameraFrame frame;
  frame.width = 1 + byte(0) % 16;
  frame.height = 1 + byte(1) % 16;
  const std::size_t padding = byte(2) % 4;
  frame.stride_bytes = is_mjpg ? 0 : static_cast<std::size_t>(2 * frame.width) + padding;
  const std::string bytes = content.substr(3);
  const auto copy = std::make_unique<std::uint8_t[]>(bytes.size());  // its end is watched
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  frame.bytes = copy.get();
  frame.size_bytes = bytes.size();
  zoo::to_rgb(frame);
}

// Whatever is accepted has the end of a request's head, and fields without line breaks.
void read_request(const std::string& content) {
  const auto request = zoo::parse_request(content);
  if (!request) return;
  const bool is_whole = content.find("\r\n\r\n") != std::string::npos;
  const bool is_plain = request->token.find_first_of("\r\n") == std::string::npos;
  if (!is_whole || !is_plain || request->path.empty() || request->path[0] != '/') abort();
}

const std::map<std::string, Input> kInputs = {
    {"boxes_json", [](const std::string& content) { read_boxes(content, "json"); }},
    {"boxes_csv", [](const std::string& content) { read_boxes(content, "csv"); }},
    {"picture", [](const std::string& content) { zoo::decode_picture(content); }},
    {"http", read_request},
    {"mjpg", [](const std::string& content) { read_frame(content, true); }},
    {"yuyv", [](const std::string& content) { read_frame(content, false); }},
    {"signal",
     [](const std::string& content) {
       zoo::parse_wave(content, {16000, "mean"});
     }},
};

const Input* input = nullptr;

int one(const std::uint8_t* bytes, std::size_t size) {
  try {
    (*input)(std::string(reinterpret_cast<const char*>(bytes), size));
  } catch (const zoo::Error&) {
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerRunDriver(int* count, char*** words,
                                   int (*one)(const std::uint8_t* bytes, std::size_t size));

int main(int count, char** words) {
  const auto found = kInputs.find(count > 1 ? words[1] : "");
  if (found == kInputs.end()) {
    std::cerr << "fuzz_app: expected one of";
    for (const auto& [name, reads] : kInputs) std::cerr << " " << name;
    std::cerr << "\n";
    return 2;
  }
  input = &found->second;
  words[1] = words[0];
  --count;
  ++words;
  return LLVMFuzzerRunDriver(&count, &words, one);
}
