#include "core/box_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "core/files.hpp"
#include "core/json.hpp"

namespace zoo {

namespace {

using Json = nlohmann::json;

bool is_box(const Json& value) {
  const auto is_number = [](const Json& item) { return item.is_number(); };
  return value.is_array() && value.size() == 4 &&
         std::all_of(value.begin(), value.end(), is_number);
}

Box to_box(const Json& value, const std::string& where) {
  if (!is_box(value)) throw Error(where + ": a box is [x, y, width, height], or a list of boxes");
  const auto number = [&value](std::size_t i) { return value[i].get<double>(); };
  const Box box{number(0), number(1), number(2), number(3)};
  check_box(box);
  return box;
}

// A CSV line's first field, which may be quoted (RFC 4180); moves `at` past its comma.
std::optional<std::string> first_field(const std::string& line, std::size_t& at) {
  std::string field;
  if (line.rfind('"', 0) == 0) {
    for (at = 1; at < line.size() && (line[at] != '"' || line.compare(at, 2, "\"\"") == 0); ++at) {
      field += line[at];
      if (line[at] == '"') ++at;
    }
    ++at;
  } else {
    at = std::min(line.find(','), line.size());
    field = line.substr(0, at);
  }
  if (at >= line.size() || line[at] != ',') return std::nullopt;
  ++at;
  return field;
}

// Under which a photo may be in the table.
std::vector<std::string> names(const Photo& photo) {
  if (photo.is_frame) return {std::to_string(photo.frame)};
  return {base_name(photo.source), stem(photo.source)};
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
  if (!table.is_object()) {
    throw Error(path_ + ": expected a table of boxes by photo, {\"photo.png\": [x, y, w, h]}");
  }
  for (const auto& [name, value] : table.items()) {
    const std::string where = path_ + ": '" + name + "'";
    std::vector<Box>& boxes = boxes_[name];
    if (is_box(value)) {
      boxes.push_back(to_box(value, where));
      continue;
    }
    if (!value.is_array()) to_box(value, where);
    for (const Json& item : value) boxes.push_back(to_box(item, where));
  }
}

void BoxFile::read_csv_boxes() {
  const std::string content = read_file(path_);
  const std::string mark = "\xef\xbb\xbf";  // of UTF-8, which some programs write first
  std::istringstream lines(content.rfind(mark, 0) == 0 ? content.substr(mark.size()) : content);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const bool is_header = number == 1 && line.find(",x,y,") != std::string::npos;
    if (line.empty() || is_header) continue;
    std::size_t at = 0;
    const std::optional<std::string> name = first_field(line, at);
    if (!name) {
      throw Error(path_ + ": line " + std::to_string(number) + ": expected name,x,y,width,height");
    }
    try {
      boxes_[*name].push_back(parse_box(line.substr(at)));
    } catch (const Error& error) {
      throw Error(path_ + ": line " + std::to_string(number) + ": " + error.what());
    }
  }
}

std::vector<Place> BoxFile::find(const Photo& photo) {
  for (const std::string& name : names(photo)) {
    const auto found = boxes_.find(name);
    if (found == boxes_.end()) continue;
    std::vector<Place> places;
    for (const Box& box : found->second) {
      check_inside(box, photo, path_);
      places.push_back({box});
    }
    return places;
  }
  throw Error(path_ + ": has no box for " + (photo.is_frame ? "frame" : "photo") + " '" +
              names(photo)[0] + "'; give it one, or [] where it shows no face");
}

}  // namespace zoo
