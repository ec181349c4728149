#include "core/box_file.hpp"

#include <sstream>

#include "core/files.hpp"
#include "core/json.hpp"
#include "steps/crop.hpp"

namespace zoo {

namespace {

bool is_box(const Json& value) {
  if (value.kind != Json::Kind::kList || value.items.size() != 4) return false;
  for (const Json& item : value.items) {
    if (item.kind != Json::Kind::kNumber) return false;
  }
  return true;
}

Box to_box(const Json& value, const std::string& where) {
  if (!is_box(value)) throw Error(where + ": a box is [x, y, width, height], or a list of such");
  const Box box{value.items[0].number, value.items[1].number, value.items[2].number,
                value.items[3].number};
  check_box(box);
  return box;
}

}  // namespace

BoxFile::BoxFile(const std::string& path) : path_(path) {
  if (lower_suffix(path) == "json") {
    read_json_boxes();
  } else if (lower_suffix(path) == "csv") {
    read_csv_boxes();
  } else {
    throw Error(path + ": boxes are read from .json and .csv files");
  }
}

void BoxFile::read_json_boxes() {
  const Json table = read_json(path_);
  if (table.kind != Json::Kind::kTable) {
    throw Error(path_ + ": a table of boxes by photo is needed, {\"photo.png\": [x, y, w, h]}");
  }
  for (const auto& [name, value] : table.members) {
    const std::string where = path_ + ": '" + name + "'";
    std::vector<Box>& boxes = boxes_[name];
    if (is_box(value)) {
      boxes.push_back(to_box(value, where));
      continue;
    }
    if (value.kind != Json::Kind::kList) to_box(value, where);
    for (const Json& item : value.items) boxes.push_back(to_box(item, where));
  }
}

void BoxFile::read_csv_boxes() {
  std::istringstream lines(read_file(path_));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t comma = line.find(',');
    const bool is_header = number == 1 && line.find(",x,y,") != std::string::npos;
    if (line.empty() || is_header) continue;
    if (comma == std::string::npos) {
      throw Error(path_ + ": line " + std::to_string(number) + ": name,x,y,width,height is needed");
    }
    try {
      boxes_[line.substr(0, comma)].push_back(parse_box(line.substr(comma + 1)));
    } catch (const Error& error) {
      throw Error(path_ + ": line " + std::to_string(number) + ": " + error.what());
    }
  }
}

std::vector<Box> BoxFile::find(const Photo& photo) {
  const std::string frame = std::to_string(photo.frame);
  for (const std::string& name : {base_name(photo.source), stem(photo.source), frame}) {
    const auto found = boxes_.find(name);
    if (found != boxes_.end()) return found->second;
  }
  throw Error(path_ + ": has no box for photo '" + base_name(photo.source) + "' or frame " + frame +
              "; give it one, or [] where it shows no face");
}

}  // namespace zoo
