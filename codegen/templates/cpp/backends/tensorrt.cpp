// Back end: NVIDIA GPUs with TensorRT or TensorRT-RTX.
#include <algorithm>

#include "backends/tensorrt_engine.hpp"
#include "backends/tensorrt_library.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "TensorRT",
    {{"--tensorrt", "FILE",
      "libzoo_tensorrt.so; default: ZOO_TENSORRT, ../lib beside the program, the system's",
      nullptr},
     {"--engines", "DIRECTORY", "engines built here; default: ../engine beside the program",
      nullptr},
     {"--build-engine", "", "build the engine for this GPU, save it, and exit", nullptr, true}}};

namespace {

class TensorRt : public Backend {
 public:
  TensorRt(const BackendOptions& options, const TensorSpec& input,
           const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;
  std::optional<double> device_ms() const override { return device_ms_; }

 private:
  std::vector<TensorSpec> outputs_;
  tensorrt::Library library_;
  tensorrt::LoadedEngine engine_;
  int input_at_;
  std::vector<int> outputs_at_;
  double device_ms_ = 0;
};

tensorrt::EnginePlaces places_of(const BackendOptions& options) {
  const std::string engines = options.get("--engines", program_directory() + "/../engine");
  return {options.model, options.option(),
          options.role.empty() ? engines : engines + "/" + options.role};
}

TensorRt::TensorRt(const BackendOptions& options, const TensorSpec& input,
                   const std::vector<TensorSpec>& outputs)
    : outputs_(outputs),
      library_(options.get("--tensorrt", "")),
      engine_(tensorrt::open_engine(library_, places_of(options),
                                    options.own.count("--build-engine") > 0)),
      input_at_(library_.find(engine_, input, true, options.model)) {
  for (const TensorSpec& output : outputs) {
    outputs_at_.push_back(library_.find(engine_, output, false, options.model));
  }
}

std::vector<std::vector<float>> TensorRt::run(const std::vector<float>& input) {
  std::copy(input.begin(), input.end(), library_.memory(engine_, input_at_));
  device_ms_ = library_.run(engine_);
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const float* values = library_.memory(engine_, outputs_at_[i]);
    results.emplace_back(values, values + outputs_[i].size());
  }
  return results;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<TensorRt>(options, input, outputs);
}

}  // namespace zoo
