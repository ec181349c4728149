// Boxes from a file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/box_finder.hpp"

namespace zoo {

// JSON {"photo.png": [x, y, width, height]} or with a list of boxes, or CSV lines
// photo.png,x,y,width,height. A picture is named by file name, with or without suffix, and only a
// frame of a camera or raw file by its number.
class BoxFile : public BoxFinder {
 public:
  explicit BoxFile(const std::string& path);
  std::vector<Place> find(const Photo& photo) override;

 private:
  void read_json_boxes();
  void read_csv_boxes();

  std::string path_;
  std::map<std::string, std::vector<Box>> boxes_;
};

}  // namespace zoo
