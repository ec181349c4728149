// A page's program: pictures in, records out. The page's script calls the exported functions; what
// they return is JSON.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/box_finder.hpp"
#include "core/contract.hpp"
#include "core/detector_finder.hpp"
#include "core/finding.hpp"
#include "core/looking.hpp"
#include "core/record.hpp"
#include "core/tracker.hpp"
#include "core/watch.hpp"

// `throw` without unwinding: the text goes to the page, which throws and starts a new instance.
extern "C" {
__attribute__((import_module("page"), import_name("fail"), noreturn)) void page_fail(
    const char* text);

void* __cxa_allocate_exception(std::size_t size) { return std::malloc(size); }
void __cxa_free_exception(void* thrown) { std::free(thrown); }
[[noreturn]] void __cxa_throw(void* thrown, void*, void (*)(void*)) {
  page_fail(static_cast<std::exception*>(thrown)->what());
}
}

namespace zoo {

namespace {

// The box that the page gives, or the whole picture.
class GivenBox : public BoxFinder {
 public:
  explicit GivenBox(const std::optional<Box>& box) : box_(box) {}
  std::vector<Place> find(const Photo& photo) override {
    const Box all = whole(photo);
    if (box_ && overlap(*box_, all) == 0) {
      throw Error("the box is outside this picture of " + to_json(all.width) + " x " +
                  to_json(all.height) + " pixels; give one that shows part of it");
    }
    return {{box_.value_or(all)}};
  }

 private:
  std::optional<Box> box_;
};

std::unique_ptr<BoxFinder> finder_of(const std::optional<Box>& box) {
  if (box || !kDetector) return std::make_unique<GivenBox>(box);
  BackendOptions detector;
  detector.role = "detector";
  return std::make_unique<DetectorFinder>(detector, *kDetector);
}

// A width that is not a number: no box.
std::optional<Box> box_of(double x, double y, double width, double height) {
  if (std::isnan(width)) return std::nullopt;
  const Box box{x, y, width, height};
  check_box(box);
  return box;
}

// What is found in photos that follow each other, or in one.
class Film {
 public:
  explicit Film(std::unique_ptr<BoxFinder> finder)
      : network_(load_network({}, kContract)), finder_(std::move(finder)), watch_(options()) {}

  std::string look(const Photo& photo) {
    std::vector<Finding> findings;
    for (const Place& place : finder_->find(photo)) {
      findings.push_back(look_at(network_, photo, place));
    }
    finder_->follow(photo, findings);
    std::vector<ObjectEvent> events;
    if (photo.time_s) events = watch_.observe(*photo.time_s, findings);
    return answer(photo, without_doubt(std::move(findings)), events);
  }

 private:
  static WatchOptions options() {
    WatchOptions options;
    options.events = kContract.observers != nullptr;
    return options;
  }

  std::string answer(const Photo& photo, const std::vector<Finding>& findings,
                     const std::vector<ObjectEvent>& events) const {
    std::string records, outputs, ended;
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const char* comma = i > 0 ? ", " : "";
      records += comma + record(photo, static_cast<int>(i), findings[i]);
      outputs += comma + raw_record(photo, static_cast<int>(i), findings[i]);
    }
    for (const ObjectEvent& event : events) {
      ended += (ended.empty() ? "" : ", ") + event_record(event);
    }
    const std::optional<double> detector_ms = finder_->detector_ms();
    return "{\"records\": [" + records + "], \"outputs\": [" + outputs + "], \"events\": [" +
           ended + "], \"detector_ms\": " + (detector_ms ? to_json(*detector_ms) : "null") + "}";
  }

  Network network_;
  std::unique_ptr<BoxFinder> finder_;
  Watch watch_;
};

// The picture: RGBA as browsers have it, and what the networks take.
std::vector<std::uint8_t> rgba;
Photo photo{"picture", 0, nullptr, nullptr, std::nullopt, false};
std::unique_ptr<Film> film;
std::string said;

void take_picture(const std::optional<double>& time_s) {
  auto image = std::make_shared<Image>();
  image->height = photo.image->height;
  image->width = photo.image->width;
  image->pixels.resize(rgba.size() / 4 * 3);
  for (std::size_t i = 0, j = 0; i < rgba.size(); i += 4, j += 3) {
    for (std::size_t color = 0; color < 3; ++color) image->pixels[j + color] = rgba[i + color];
  }
  photo.image = std::move(image);
  photo.time_s = time_s;
}

}  // namespace

}  // namespace zoo

#define EXPORT(name) extern "C" __attribute__((export_name(#name), used))

// Returns where the page writes height * width pixels of four bytes.
EXPORT(picture) std::uint8_t* picture(int height, int width) {
  auto image = std::make_shared<zoo::Image>();
  image->height = height;
  image->width = width;
  zoo::photo.image = std::move(image);
  zoo::photo.frame = 0;
  zoo::rgba.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 4);
  return zoo::rgba.data();
}

// Looks at the box, or without one where the detector finds something.
EXPORT(look) const char* look(double x, double y, double width, double height) {
  zoo::take_picture(std::nullopt);
  zoo::Film still(zoo::finder_of(zoo::box_of(x, y, width, height)));
  zoo::said = still.look(zoo::photo);
  return zoo::said.c_str();
}

// Begins a film, whose objects are followed: those in the box, or that the detector finds.
EXPORT(begin) void begin(double x, double y, double width, double height) {
  auto finder = zoo::finder_of(zoo::box_of(x, y, width, height));
  zoo::film = std::make_unique<zoo::Film>(
      std::make_unique<zoo::Tracker>(std::move(finder), zoo::kDetectEvery));
}

// Takes the next picture of the film. time_s: later than the one before.
EXPORT(follow) const char* follow(int number, double time_s) {
  if (!zoo::film) throw zoo::Error("no film has begun");
  zoo::take_picture(time_s);
  zoo::photo.frame = number;
  zoo::said = zoo::film->look(zoo::photo);
  return zoo::said.c_str();
}

// What the detector finds in the whole picture, as it is.
EXPORT(detect) const char* detect() {
  if (!zoo::kDetector) throw zoo::Error("this page has no detector");
  zoo::take_picture(std::nullopt);
  zoo::BackendOptions options;
  options.role = "detector";
  const zoo::Network detector = zoo::load_network(options, zoo::kDetector->contract);
  const zoo::Finding found = zoo::look(detector, zoo::photo, zoo::whole(zoo::photo));
  zoo::said = "{\"records\": [" + zoo::record(zoo::photo, 0, found) + "], \"outputs\": [" +
              zoo::raw_record(zoo::photo, 0, found) + "]}";
  return zoo::said.c_str();
}
