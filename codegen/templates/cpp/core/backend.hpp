// What an inference back end provides. The program is linked with one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zoo {

// An input or output of the network. shape is without the batch.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;

  std::size_t size() const;
};

// "name [3, 112, 112]", as messages say it.
std::string describe(const TensorSpec& tensor);

// A network that is loaded and checked against the contract.
class Backend {
 public:
  virtual ~Backend() = default;

  // Returns each output's numbers, in the contract's order. input: [C, H, W].
  virtual std::vector<std::vector<float>> run(const std::vector<float>& input) = 0;

  // Milliseconds that an accelerator took for the last run by its own clock, where it has one.
  virtual std::optional<double> device_ms() const { return std::nullopt; }
};

// An option of the command line. value: what the help calls its value.  check: throws UsageError
// for a name and a value that cannot be; empty where every text can.  only_loads: whether loading
// the model is all that is asked for.
struct BackendOption {
  std::string name;
  std::string value;
  std::string help;
  std::function<void(const std::string& name, const std::string& value)> check;
  bool only_loads = false;
};

// What the back end is called, and the options that only it has.
struct BackendInfo {
  std::string title;
  std::vector<BackendOption> options;
};
extern const BackendInfo kBackend;

// own: values of the back end's own options by name; absent where they were not given.
struct BackendOptions {
  std::string model;
  std::map<std::string, std::string> own;

  std::string get(const std::string& name, const std::string& otherwise) const {
    const auto found = own.find(name);
    return found == own.end() ? otherwise : found->second;
  }
};

// Loads the model; throws Error where library or model are missing, broken or not of this contract.
std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs);

}  // namespace zoo
