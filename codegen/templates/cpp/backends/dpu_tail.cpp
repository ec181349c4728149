// Back end: AMD's DPU with VART, and ONNX Runtime for the end of the network.
#include <algorithm>

#include "backends/onnxruntime_api.hpp"
#include "backends/onnxruntime_session.hpp"
#include "backends/vart_dpu.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "core/shared_library.hpp"
#include "core/usage.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "AMD's DPU by VART, then ONNX Runtime",
    {vart_backend::arch_option(),
     {"--threads", "N", "threads of the network's end", parse_count},
     {"--onnxruntime", "FILE",
      "libonnxruntime.so; default: ZOO_ONNXRUNTIME, ../lib beside the program, the system's",
      nullptr}}};

namespace {

using Numbers = std::vector<float>;

const std::string kTail = "tail.onnx";

constexpr LibraryNames kLibrary = {
    "ONNX Runtime",
    "--onnxruntime",
    "ZOO_ONNXRUNTIME",
    "libonnxruntime.so",
    "pip install onnxruntime brings it as onnxruntime/capi/libonnxruntime.so.VERSION",
    ort::kNoTelemetry};

// The tail is beside the model. Throws Error if it is missing.
BackendOptions of_tail(BackendOptions options) {
  options.model = directory_name(options.model) + "/" + kTail;
  if (!is_file(options.model)) {
    throw Error(options.model + ": is missing; copy it there from the bundle's directory model");
  }
  return options;
}

class Tail {
 public:
  explicit Tail(const BackendOptions& options)
      : library_(kLibrary, options.get("--onnxruntime", "")),
        api_(library_),
        env_(api_.make<ort::CreateEnv, ort::ReleaseEnv, ort::Env>(ort::kLogErrors, "app")),
        session_(ort::open_session(api_, env_.get(), options)),
        memory_(api_.make<ort::CreateCpuMemoryInfo, ort::ReleaseMemoryInfo, ort::MemoryInfo>(
            ort::kArenaAllocator, ort::kDefaultMemory)),
        inputs_(ort::inputs_of(api_, session_.get())),
        outputs_(ort::outputs_of(api_, session_.get())) {}

  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }

  // inputs: in the order of inputs().  Returns the outputs in theirs.
  std::vector<Numbers> run(const std::vector<Numbers>& inputs);

 private:
  Numbers read(ort::Value* value) const;

  SharedLibrary library_;
  ort::Api api_;
  ort::Handle<ort::Env> env_;
  ort::Handle<ort::Session> session_;
  ort::Handle<ort::MemoryInfo> memory_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

std::vector<Numbers> Tail::run(const std::vector<Numbers>& inputs) {
  std::vector<ort::Handle<ort::Value>> owners;
  std::vector<const ort::Value*> given;
  std::vector<const char*> given_names;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    std::vector<std::int64_t> shape = {1};
    shape.insert(shape.end(), inputs_[i].shape.begin(), inputs_[i].shape.end());
    // The runtime only reads its inputs, though the API takes them as void*.
    void* data = const_cast<float*>(inputs[i].data());
    owners.push_back(api_.make<ort::CreateTensorWithData, ort::ReleaseValue, ort::Value>(
        memory_.get(), data, inputs[i].size() * sizeof(float), shape.data(), shape.size(),
        ort::kFloat32));
    given.push_back(owners.back().get());
    given_names.push_back(inputs_[i].name.c_str());
  }
  std::vector<const char*> names;
  for (const TensorSpec& output : outputs_) names.push_back(output.name.c_str());
  std::vector<ort::Value*> values(outputs_.size());
  const ort::RunOptions* defaults = nullptr;
  api_.call<ort::Run>(session_.get(), defaults, given_names.data(), given.data(), given.size(),
                      names.data(), names.size(), values.data());
  for (ort::Value* value : values) owners.push_back(api_.own<ort::ReleaseValue>(value));
  std::vector<Numbers> results;
  for (ort::Value* value : values) results.push_back(read(value));
  return results;
}

Numbers Tail::read(ort::Value* value) const {
  const auto info =
      api_.make<ort::GetTensorTypeAndShape, ort::ReleaseTensorInfo, ort::TensorInfo>(value);
  std::size_t count = 0;
  api_.call<ort::GetTensorElementCount>(info.get(), &count);
  void* data = nullptr;
  api_.call<ort::GetTensorMutableData>(value, &data);
  const auto* numbers = static_cast<const float*>(data);
  return {numbers, numbers + count};
}

// Where a tensor of that name is, or the size if it is in none.
std::size_t place_of(const std::vector<TensorSpec>& tensors, const std::string& name) {
  const auto named = [&name](const TensorSpec& tensor) { return tensor.name == name; };
  return static_cast<std::size_t>(std::find_if(tensors.begin(), tensors.end(), named) -
                                  tensors.begin());
}

class DpuAndTail : public Backend {
 public:
  DpuAndTail(const BackendOptions& options, const TensorSpec& input,
             const std::vector<TensorSpec>& outputs)
      : tail_(of_tail(options)),
        outputs_(outputs),
        ends_(ends(tail_, outputs)),
        dpu_(options, input, ends_) {
    for (const TensorSpec& output : outputs_) {
      const std::size_t place = place_of(tail_.outputs(), output.name);
      if (place == tail_.outputs().size()) continue;
      if (tail_.outputs()[place].size() == output.size()) continue;
      throw Error(of_tail(options).model + ": its output " + describe(tail_.outputs()[place]) +
                  " should be " + describe(output) +
                  ". This program was made for another model: build the bundle again");
    }
  }

  std::vector<Numbers> run(const Numbers& input) override {
    std::vector<Numbers> front = dpu_.run(input);
    // The tail's inputs are the first of the DPU's outputs.
    const auto count = static_cast<std::ptrdiff_t>(tail_.inputs().size());
    const std::vector<Numbers> behind = tail_.run({front.begin(), front.begin() + count});
    std::vector<Numbers> results;
    for (const TensorSpec& output : outputs_) {
      const std::size_t place = place_of(tail_.outputs(), output.name);
      results.push_back(place < behind.size() ? behind[place]
                                              : front[place_of(ends_, output.name)]);
    }
    return results;
  }

 private:
  // What the DPU gives: the tail's inputs, then the contract's outputs that it computes itself.
  static std::vector<TensorSpec> ends(const Tail& tail, const std::vector<TensorSpec>& outputs) {
    std::vector<TensorSpec> found = tail.inputs();
    for (const TensorSpec& output : outputs) {
      const bool is_tails = place_of(tail.outputs(), output.name) < tail.outputs().size();
      if (!is_tails && place_of(found, output.name) == found.size()) found.push_back(output);
    }
    return found;
  }

  Tail tail_;
  std::vector<TensorSpec> outputs_;
  std::vector<TensorSpec> ends_;
  vart_backend::Dpu dpu_;
};

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<DpuAndTail>(options, input, outputs);
}

}  // namespace zoo
