// What an inference back end provides. The program is linked with one of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/shared_library.hpp"

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
};

// The library that the back end loads at run time.
extern const LibraryNames kRuntime;

struct BackendOptions {
  std::string model;
  std::string runtime_library;  // empty: searched for
  int threads = 1;
};

// Loads the model; throws Error where library or model are missing, broken or not of this contract.
std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs);

}  // namespace zoo
