#include "core/box_finder.hpp"

#include <cstdio>

#include "core/box_file.hpp"
#include "core/tracker.hpp"

namespace zoo {

namespace {

class FixedBox : public BoxFinder {
 public:
  explicit FixedBox(const Box& box) : box_(box) {}
  std::vector<Box> find(const Photo&) override { return {box_}; }

 private:
  Box box_;
};

class WholePhoto : public BoxFinder {
 public:
  std::vector<Box> find(const Photo& photo) override {
    if (photo.signal) return {{0, 0, static_cast<double>(photo.signal->samples.size()), 1}};
    return {
        {0, 0, static_cast<double>(photo.image->width), static_cast<double>(photo.image->height)}};
  }
};

}  // namespace

std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options) {
  std::unique_ptr<BoxFinder> finder = std::make_unique<WholePhoto>();
  if (options.fixed) finder = std::make_unique<FixedBox>(*options.fixed);
  if (!options.file.empty()) finder = std::make_unique<BoxFile>(options.file);
  if (options.track) finder = std::make_unique<Tracker>(std::move(finder));
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
