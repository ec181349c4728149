#include "core/self_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <vector>

#include "core/files.hpp"
#include "core/finding.hpp"
#include "core/source.hpp"
#include "core/standard_output.hpp"

namespace zoo {

namespace {

// An expected output.
struct Expectation {
  std::string picture;
  std::string output;
  double tolerance = 0;
  std::vector<float> values;
};

// Reads TOLERANCE COUNT VALUE... NAME.
Expectation parse_output(std::istringstream& words, const std::string& picture) {
  Expectation expected;
  expected.picture = picture;
  std::size_t count = 0;
  words >> expected.tolerance >> count;
  for (float value = 0; expected.values.size() < count && words >> value;) {
    expected.values.push_back(value);
  }
  words.ignore(1);
  std::getline(words, expected.output);
  return expected;
}

std::size_t output_index(const Contract& contract, const std::string& name,
                         const std::string& path) {
  for (std::size_t i = 0; i < contract.outputs.size(); ++i) {
    if (contract.outputs[i].name == name) return i;
  }
  throw Error(path + ": the network has no output '" + name + "'");
}

// Prints and returns whether an output matches.
bool check(const Expectation& expected, const std::vector<float>& found) {
  double largest = expected.values.size() == found.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(found.size(), expected.values.size()); ++i) {
    const double difference = std::fabs(double{found[i]} - double{expected.values[i]});
    if (!(difference <= largest)) largest = difference;  // nan, too
  }
  const bool good = largest <= expected.tolerance;
  char numbers[96];
  std::snprintf(numbers, sizeof numbers, ": largest difference %g, allowed %g: ", largest,
                expected.tolerance);
  print(expected.picture + ": " + expected.output + numbers + (good ? "ok" : "FAILED") + "\n");
  return good;
}

Finding look_at(const Network& network, const std::string& path, const Box& box) {
  return look(network, read_photo(path, 0), box);
}

}  // namespace

bool self_test(const Network& network, const std::string& path) {
  std::istringstream lines(read_file(path));
  std::string line;
  bool good = true;
  int checked = 0;
  Finding finding;
  std::string picture;
  const std::string suffix = takes_signals() ? ".wav" : ".png";
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "picture") {
      Box box;
      words >> picture >> box.x >> box.y >> box.width >> box.height;
      if (words.fail()) throw Error(path + ": invalid line: " + line);
      finding = look_at(network, directory_name(path) + "/" + picture + suffix, box);
    } else if (kind == "output" && !finding.outputs.empty()) {
      const Expectation expected = parse_output(words, picture);
      if (words.fail()) throw Error(path + ": invalid line: " + line);
      const std::size_t index = output_index(network.contract, expected.output, path);
      good = check(expected, finding.outputs[index]) && good;
      ++checked;
    } else {
      throw Error(path + ": invalid line: " + line);
    }
  }
  if (checked == 0) throw Error(path + ": checks nothing");
  print(network.contract.model + ": " + (good ? "passed" : "FAILED") + "\n");
  return good;
}

}  // namespace zoo
