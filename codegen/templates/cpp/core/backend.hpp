// The interface of an inference back end. The program is linked with one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "steps/frame.hpp"

namespace zoo {

// An input or output of the network. shape is without the batch.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;

  std::size_t size() const;
};

// "name [3, 112, 112]", for messages.
std::string describe(const TensorSpec& tensor);

// A network that is loaded and checked against the contract.
class Backend {
 public:
  virtual ~Backend() = default;

  // Returns each output's numbers, in the contract's order. input: [C, H, W].
  virtual std::vector<std::vector<float>> run(const std::vector<float>& input) = 0;

  // The same for the numbers of an image's pixels; values: of one contract in all runs. Back ends
  // that read integers look these up instead of numbers.
  virtual std::vector<std::vector<float>> run_pixels(const Image& image,
                                                     const PixelValues& values) {
    return run(numbers_of(image, values));
  }

  // Milliseconds of the last run in the runtime alone, without the conversions of input and
  // outputs, if the back end tells.
  virtual std::optional<double> runtime_ms() const { return std::nullopt; }

  // Milliseconds of the last run by the accelerator's own clock, if it has one.
  virtual std::optional<double> device_ms() const { return std::nullopt; }
};

// An option of the command line. value: its value's name in the help.  check: throws UsageError
// for an invalid value of an option; empty if every text is valid.  only_loads: whether loading
// the model is all that is asked for.
struct BackendOption {
  std::string name;
  std::string value;
  std::string help;
  std::function<void(const std::string& name, const std::string& value)> check;
  bool only_loads = false;
};

// The back end's name, and the options that only it has.
struct BackendInfo {
  std::string title;
  std::vector<BackendOption> options;
};
extern const BackendInfo kBackend;

// role: "detector", empty for the other network.  own: values of the back end's own options by
// name; absent if not given.
struct BackendOptions {
  std::string model;
  std::string role;
  std::map<std::string, std::string> own;

  // The option that names the model.
  std::string option() const { return role.empty() ? "--model" : "--" + role; }

  std::string get(const std::string& name, const std::string& otherwise) const {
    const auto found = own.find(name);
    return found == own.end() ? otherwise : found->second;
  }
};

// Loads the model; throws Error if library or model is missing, broken or for another contract.
std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs);

}  // namespace zoo
