// Back end: LiteRT on the CPU, with XNNPACK.
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "backends/litert_api.hpp"
#include "backends/litert_file.hpp"
#include "backends/litert_tensor.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "core/latency.hpp"
#include "core/pixel_levels.hpp"
#include "core/shared_library.hpp"
#include "core/usage.hpp"
#include "steps/frame.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "LiteRT",
    {{"--threads", "N", "threads of each network", parse_threads},
     {"--litert", "FILE",
      "libLiteRt.so; default: ZOO_LITERT, ../lib beside the program, the system's", nullptr}}};

namespace {

constexpr LibraryNames kLibrary = {
    "LiteRT", "--litert", "ZOO_LITERT", "libLiteRt.so",
    "runtime.sh of the bundle fetches it, it is ai_edge_litert/libLiteRt.so of the package "
    "ai-edge-litert"};

// Keeps LiteRT from looking for GPUs and from logging.
constexpr litert::Setting kSettings[] = {
    {litert::kMinimumSeverity, litert::kInteger, litert::kErrors},
    {litert::kAccelerators, litert::kInteger, litert::kCpu}};

class LiteRt : public Backend {
 public:
  LiteRt(const BackendOptions& options, const TensorSpec& input,
         const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;
  std::vector<std::vector<float>> run_pixels(const Image& image,
                                             const PixelValues& values) override;
  std::optional<double> runtime_ms() const override { return runtime_ms_; }

 private:
  std::vector<std::vector<float>> run_input();
  void make_buffers();

  // Each member needs those before it.
  SharedLibrary library_;
  litert::Api api_;
  litert::Handle<litert::Environment> environment_;
  litert::Handle<litert::Model> model_;
  litert::Subgraph* graph_;
  std::vector<litert::BorderTensor> inputs_;   // one
  std::vector<litert::BorderTensor> outputs_;  // the contract's
  litert::Handle<litert::CompiledModel> compiled_;
  std::vector<litert::Handle<litert::Buffer>> input_buffers_;
  std::vector<litert::Handle<litert::Buffer>> output_buffers_;  // all of the file's
  std::optional<PixelLevels> levels_;
  double runtime_ms_ = 0;
};

litert::Handle<litert::Model> open_model(const litert::Api& api, litert::Environment* environment,
                                         const BackendOptions& options) {
  const std::string& path = options.model;
  if (!is_file(path))
    throw UsageError(path + ": no such model; " + options.option() + " FILE names it");
  litert::require_whole(path);
  return api.make(api.create_model, api.destroy_model, environment, path.c_str());
}

litert::Subgraph* graph_of(const litert::Api& api, litert::Model* model) {
  litert::Subgraph* graph = nullptr;
  api.get_subgraph(model, 0, &graph);
  return graph;
}

// The text with LiteRT's settings of its CPU kernels; freed by LiteRT.
char* cpu_settings(int threads) {
  const std::string text = "num_threads = " + std::to_string(threads) + "\n";
  char* copy = strdup(text.c_str());
  if (copy == nullptr) throw std::bad_alloc();
  return copy;
}

litert::Handle<litert::CompiledModel> compile(const litert::Api& api,
                                              litert::Environment* environment,
                                              litert::Model* model, const BackendOptions& options) {
  const int threads = parse_threads("--threads", options.get("--threads", "1"));
  const auto settings = api.make(api.create_options, api.destroy_options);
  api.set_accelerators(settings.get(), litert::kCpu);
  litert::OpaqueOptions* cpu = nullptr;
  api.create_opaque_options("xnnpack", cpu_settings(threads), std::free, &cpu);
  api.add_opaque_options(settings.get(), cpu);
  try {
    return api.make(api.compile, api.destroy_compiled, environment, model, settings.get());
  } catch (const Error& error) {
    throw Error(options.model + ": this LiteRT cannot run it (" + error.what() +
                "); take the version that runtime.sh of the bundle names, or build it again");
  }
}

LiteRt::LiteRt(const BackendOptions& options, const TensorSpec& input,
               const std::vector<TensorSpec>& outputs)
    : library_(kLibrary, options.get("--litert", "")),
      api_(library_),
      environment_(api_.make(api_.create_environment, api_.destroy_environment,
                             static_cast<int>(std::size(kSettings)), kSettings)),
      model_(open_model(api_, environment_.get(), options)),
      graph_(graph_of(api_, model_.get())),
      inputs_(litert::find_inputs(api_, graph_, options.model, {input})),
      outputs_(litert::find_outputs(api_, graph_, options.model, outputs)),
      compiled_(compile(api_, environment_.get(), model_.get(), options)) {
  make_buffers();
}

void LiteRt::make_buffers() {
  litert::BufferRequirements* needs = nullptr;
  api_.get_input_requirements(compiled_.get(), 0, inputs_[0].index, &needs);
  input_buffers_.push_back(api_.make(api_.create_buffer, api_.destroy_buffer, environment_.get(),
                                     &std::as_const(inputs_[0].type), needs));
  std::size_t count = 0;
  api_.count_outputs(graph_, &count);
  for (std::size_t i = 0; i < count; ++i) {
    litert::Tensor* tensor = nullptr;
    api_.get_output(graph_, i, &tensor);
    litert::TensorType type{};
    api_.get_type(tensor, &type);
    api_.get_output_requirements(compiled_.get(), 0, i, &needs);
    output_buffers_.push_back(api_.make(api_.create_buffer, api_.destroy_buffer, environment_.get(),
                                        &std::as_const(type), needs));
  }
}

std::vector<std::vector<float>> LiteRt::run(const std::vector<float>& input) {
  void* memory = nullptr;
  api_.lock(input_buffers_[0].get(), &memory, litert::kWriting);
  litert::store(inputs_[0], input, memory);
  api_.unlock(input_buffers_[0].get());
  return run_input();
}

std::vector<std::vector<float>> LiteRt::run_pixels(const Image& image, const PixelValues& values) {
  if (!litert::is_bytes(inputs_[0])) return run(numbers_of(image, values));
  const auto byte = [this](float real) { return litert::quantize(inputs_[0], real); };
  if (!levels_) levels_.emplace(values, byte);
  void* memory = nullptr;
  api_.lock(input_buffers_[0].get(), &memory, litert::kWriting);
  levels_->write(image, static_cast<std::uint8_t*>(memory));
  api_.unlock(input_buffers_[0].get());
  return run_input();
}

std::vector<std::vector<float>> LiteRt::run_input() {
  void* memory = nullptr;
  litert::Buffer* stored = input_buffers_[0].get();
  std::vector<litert::Buffer*> results;
  for (const auto& buffer : output_buffers_) results.push_back(buffer.get());
  const Stopwatch alone;
  api_.run(compiled_.get(), 0, 1, &stored, results.size(), results.data());
  runtime_ms_ = alone.elapsed_ms();
  std::vector<std::vector<float>> outputs;
  for (const litert::BorderTensor& output : outputs_) {
    api_.lock(results[output.index], &memory, litert::kReading);
    outputs.push_back(litert::load(output, memory));
    api_.unlock(results[output.index]);
  }
  return outputs;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<LiteRt>(options, input, outputs);
}

}  // namespace zoo
