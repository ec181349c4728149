#include "core/box_finder.hpp"

#include <cstdio>

#include "core/box_file.hpp"
#include "core/detector_finder.hpp"
#include "core/tracker.hpp"
#include "core/usage.hpp"

namespace zoo {

namespace {

class FixedBox : public BoxFinder {
 public:
  explicit FixedBox(const Box& box) : box_(box) {}
  std::vector<Place> find(const Photo& photo) override {
    check_inside(box_, photo, "--box");
    return {{box_}};
  }

 private:
  Box box_;
};

class WholePhoto : public BoxFinder {
 public:
  std::vector<Place> find(const Photo& photo) override { return {{whole(photo)}}; }
};

std::unique_ptr<BoxFinder> make_finder(const BoxOptions& options) {
  if (!options.file.empty()) return std::make_unique<BoxFile>(options.file);
  if (options.fixed) return std::make_unique<FixedBox>(*options.fixed);
  if (kDetector && !options.ignores_detector) {
    return std::make_unique<DetectorFinder>(options.detector, *kDetector);
  }
  return std::make_unique<WholePhoto>();
}

}  // namespace

void check_inside(const Box& box, const Photo& photo, const std::string& where) {
  const Box all = whole(photo);
  if (overlap(box, all) > 0) return;
  char text[160];
  std::snprintf(text, sizeof text, ": box %g,%g,%g,%g is outside this photo of %g x %g pixels; ",
                box.x, box.y, box.width, box.height, all.width, all.height);
  throw UsageError(where + ": " + photo.source + text + "give a box that shows part of it");
}

std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options) {
  std::unique_ptr<BoxFinder> finder = make_finder(options);
  if (options.track)
    finder =
        std::make_unique<Tracker>(std::move(finder), options.detect_every.value_or(kDetectEvery));
  return finder;
}

Box parse_box(const std::string& text) {
  Box box;
  int end = 0;
  const int found =
      std::sscanf(text.c_str(), "%lf,%lf,%lf,%lf%n", &box.x, &box.y, &box.width, &box.height, &end);
  if (found != 4 || static_cast<std::size_t>(end) != text.size()) {
    throw Error("box '" + text + "': expected x,y,width,height in pixels, such as 40,32,120,140");
  }
  check_box(box);
  return box;
}

}  // namespace zoo
