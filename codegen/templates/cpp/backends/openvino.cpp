// Back end: OpenVINO on the CPU.
#include <algorithm>
#include <string>
#include <vector>

#include "backends/openvino_api.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "core/latency.hpp"
#include "core/usage.hpp"

namespace zoo {

namespace {

constexpr LibraryNames kLibrary = {"OpenVINO", "--openvino", "ZOO_OPENVINO", "libopenvino_c.so",
                                   "pip install openvino brings it as openvino/libs/"
                                   "libopenvino_c.so.VERSION, with others that belong beside it"};

}  // namespace

const BackendInfo kBackend = {
    "OpenVINO",
    {{"--threads", "N", "threads of the network", parse_threads},
     {kLibrary.option, "FILE",
      "libopenvino_c.so; default: ZOO_OPENVINO, ../lib beside the program, the system's",
      nullptr}}};

namespace {

// Whether a port can have a shape after a batch of one.
bool fits(const ov::PartialShape& found, const std::vector<std::int64_t>& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size()) + 1;
  if (found.rank.min != rank || found.rank.max != rank) return false;
  for (std::int64_t i = 0; i < rank; ++i) {
    const ov::Dimension& dim = found.dims[i];
    const std::int64_t size = i == 0 ? 1 : shape[i - 1];
    if (dim.min > size || (dim.max >= 0 && dim.max < size)) return false;
  }
  return true;
}

ov::Handle<ov::Network> open_network(const ov::Api& api, const ov::Core* core,
                                     const BackendOptions& options) {
  if (!is_file(options.model)) {
    throw UsageError(options.model + ": no such model; " + options.option() + " FILE names it");
  }
  try {
    return api.make(api.read, api.free_network, core, options.model.c_str(), "");
  } catch (const Error& error) {
    throw Error(options.model + ": cannot be loaded. " + error.what());
  }
}

class OpenVino : public Backend {
 public:
  OpenVino(const BackendOptions& options, const TensorSpec& input,
           const std::vector<TensorSpec>& outputs)
      : file_(options.model),
        outputs_(outputs),
        library_(kLibrary, options.get(kLibrary.option, "")),
        api_(library_),
        core_(api_.make(api_.create_core, api_.free_core)),
        network_(open_network(api_, core_.get(), options)),
        compiled_(nullptr, api_.free_compiled),
        request_(nullptr, api_.free_request) {
    check(api_.input, "input", input);
    for (const TensorSpec& output : outputs) check(api_.output, "output", output);
    set_shape(input);
    compile(options.get("--threads", "1"));
    request_ = api_.make(api_.create_request, api_.free_request, compiled_.get());
    input_ = tensor(input);
    for (const TensorSpec& output : outputs) tensors_.push_back(tensor(output));
  }

  std::vector<std::vector<float>> run(const std::vector<float>& input) override {
    std::copy(input.begin(), input.end(), numbers(input_.get()));
    const Stopwatch alone;
    api_.require(api_.infer(request_.get()));
    runtime_ms_ = alone.elapsed_ms();
    std::vector<std::vector<float>> results;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const float* found = numbers(tensors_[i].get());
      results.emplace_back(found, found + outputs_[i].size());
    }
    return results;
  }

  std::optional<double> runtime_ms() const override { return runtime_ms_; }

 private:
  // Throws Error unless the network has a port of this name and shape.
  void check(const ov::Entry<int(const ov::Network*, const char*, ov::Port**)>& find,
             const std::string& kind, const TensorSpec& wanted) const {
    ov::Port* found = nullptr;
    if (find(network_.get(), wanted.name.c_str(), &found) == 0) {
      const ov::Handle<ov::Port> port(found, api_.free_port);
      ov::PartialShape shape = {};
      api_.require(api_.shape(port.get(), &shape));
      const bool is_fitting = fits(shape, wanted.shape);
      api_.free_shape(&shape);
      if (is_fitting) return;
    }
    throw Error(file_ + ": has no " + kind + " " + describe(wanted) +
                " with a batch of one. This program was made for another model: build the bundle "
                "again");
  }

  // Gives an open batch its size of one.
  void set_shape(const TensorSpec& input) const {
    std::vector<ov::Dimension> dims = {{1, 1}};
    for (const std::int64_t size : input.shape) dims.push_back({size, size});
    const auto rank = static_cast<std::int64_t>(dims.size());
    const ov::PartialShape shape = {{rank, rank}, dims.data()};
    api_.require(api_.reshape(network_.get(), input.name.c_str(), shape));
  }

  void compile(const std::string& threads) {
    const int count = parse_threads("--threads", threads);
    const std::string text = std::to_string(count);
    // On processors with bfloat16 or float16 it would take those instead of float32.
    const char* const words[] = {
        "PERFORMANCE_HINT",         "LATENCY", "NUM_STREAMS",           "1",
        "INFERENCE_PRECISION_HINT", "f32",     "INFERENCE_NUM_THREADS", text.c_str()};
    ov::Compiled* compiled = nullptr;
    api_.require(api_.compile(core_.get(), network_.get(), "CPU", std::size(words), &compiled,
                              words[0], words[1], words[2], words[3], words[4], words[5], words[6],
                              words[7]));
    compiled_.reset(compiled);
  }

  // Returns the tensor of an input or output; throws Error unless it holds float32.
  ov::Handle<ov::Tensor> tensor(const TensorSpec& spec) const {
    auto found = api_.make(api_.tensor, api_.free_tensor,
                           static_cast<const ov::Request*>(request_.get()), spec.name.c_str());
    std::size_t bytes = 0;
    api_.require(api_.tensor_bytes(found.get(), &bytes));
    if (bytes != spec.size() * sizeof(float)) {
      throw Error(file_ + ": " + describe(spec) + " has " + std::to_string(bytes) +
                  " bytes, not numbers of float32: build the bundle again");
    }
    return found;
  }

  float* numbers(const ov::Tensor* tensor) const {
    void* data = nullptr;
    api_.require(api_.tensor_data(tensor, &data));
    return static_cast<float*>(data);
  }

  std::string file_;
  std::vector<TensorSpec> outputs_;
  SharedLibrary library_;
  ov::Api api_;
  ov::Handle<ov::Core> core_;
  ov::Handle<ov::Network> network_;
  ov::Handle<ov::Compiled> compiled_;
  ov::Handle<ov::Request> request_;
  ov::Handle<ov::Tensor> input_{nullptr, nullptr};
  std::vector<ov::Handle<ov::Tensor>> tensors_;
  double runtime_ms_ = 0;
};

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<OpenVino>(options, input, outputs);
}

}  // namespace zoo
