// Where to look in a photo: the slot for a detector, and what stands in for one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/source.hpp"

namespace zoo {

class BoxFinder {
 public:
  virtual ~BoxFinder() = default;

  // Boxes of a photo to look at; throws Error.
  virtual std::vector<Box> find(const Photo& photo) = 0;

  // Tells where what was in the last photo's boxes turned out to be.
  virtual void follow(const Photo&, const std::vector<Box>&) {}
};

// How boxes are chosen: a file's, else the fixed one, else the whole photo.
struct BoxOptions {
  std::string file;
  std::optional<Box> fixed;
  bool track = false;
};

std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options);

// Reads "x,y,width,height"; throws Error.
Box parse_box(const std::string& text);

}  // namespace zoo
