// Where to look in a photo: the interface of a detector, and substitutes for one.
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

  // Reports where the objects in the last photo's boxes were found.
  virtual void follow(const Photo&, const std::vector<Box>&) {}
};

// The boxes of a file, otherwise the fixed one, otherwise the whole photo.
struct BoxOptions {
  std::string file;
  std::optional<Box> fixed;
  bool track = false;
};

std::unique_ptr<BoxFinder> make_box_finder(const BoxOptions& options);

// Reads "x,y,width,height"; throws Error.
Box parse_box(const std::string& text);

}  // namespace zoo
