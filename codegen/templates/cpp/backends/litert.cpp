// Back end: LiteRT on the CPU, by XNNPACK.
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "backends/litert_api.hpp"
#include "backends/litert_file.hpp"
#include "backends/litert_tensor.hpp"
#include "core/backend.hpp"
#include "core/files.hpp"
#include "core/shared_library.hpp"
#include "core/usage.hpp"
#include "steps/frame.hpp"

namespace zoo {

const BackendInfo kBackend = {
    "LiteRT",
    {{"--threads", "N", "threads of the network", parse_count},
     {"--litert", "FILE",
      "libLiteRt.so; default: ZOO_LITERT, ../lib beside the program, the system's", nullptr}}};

namespace {

constexpr LibraryNames kLibrary = {
    "LiteRT", "--litert", "ZOO_LITERT", "libLiteRt.so",
    "litert.sh of the bundle fetches it, it is ai_edge_litert/libLiteRt.so of the package "
    "ai-edge-litert"};

// LiteRT need not look for GPUs, nor tell what it does.
constexpr litert::Setting kSettings[] = {
    {litert::kMinimumSeverity, litert::kInteger, litert::kErrors},
    {litert::kAccelerators, litert::kInteger, litert::kCpu}};

class LiteRt : public Backend {
 public:
  LiteRt(const BackendOptions& options, const TensorSpec& input,
         const std::vector<TensorSpec>& outputs);
  std::vector<std::vector<float>> run(const std::vector<float>& input) override;

 private:
  litert::Model* open_model(const std::string& path);
  void compile(litert::Model* model, const BackendOptions& options);
  std::vector<litert::Buffer*> make_outputs(litert::Subgraph* graph);

  SharedLibrary library_;
  litert::Api api_;
  litert::Environment* environment_ = nullptr;
  litert::CompiledModel* compiled_ = nullptr;
  std::vector<litert::BorderTensor> inputs_;   // one
  std::vector<litert::BorderTensor> outputs_;  // the contract's
  litert::Buffer* input_ = nullptr;
  std::vector<litert::Buffer*> results_;  // all of the file's
};

// The text that LiteRT reads as settings of its CPU kernels; freed by LiteRT.
char* cpu_settings(int threads) {
  const std::string text = "num_threads = " + std::to_string(threads) + "\n";
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw Error("no memory");
  return std::strcpy(copy, text.c_str());
}

LiteRt::LiteRt(const BackendOptions& options, const TensorSpec& input,
               const std::vector<TensorSpec>& outputs)
    : library_(kLibrary, options.get("--litert", "")), api_(library_) {
  api_.create_environment(std::size(kSettings), kSettings, &environment_);
  litert::Model* model = open_model(options.model);
  litert::Subgraph* graph = nullptr;
  api_.get_subgraph(model, 0, &graph);
  inputs_ = litert::find_inputs(api_, graph, options.model, {input});
  outputs_ = litert::find_outputs(api_, graph, options.model, outputs);
  compile(model, options);
  litert::BufferRequirements* needs = nullptr;
  api_.get_input_requirements(compiled_, 0, inputs_[0].index, &needs);
  api_.create_buffer(environment_, &inputs_[0].type, needs, &input_);
  results_ = make_outputs(graph);
}

litert::Model* LiteRt::open_model(const std::string& path) {
  if (!is_file(path)) throw Error(path + ": no such model; --model FILE names it");
  litert::require_whole(path);
  litert::Model* model = nullptr;
  api_.create_model(environment_, path.c_str(), &model);
  return model;
}

void LiteRt::compile(litert::Model* model, const BackendOptions& options) {
  litert::Options* settings = nullptr;
  api_.create_options(&settings);
  api_.set_accelerators(settings, litert::kCpu);
  litert::OpaqueOptions* cpu = nullptr;
  const int threads = parse_count("--threads", options.get("--threads", "1"));
  api_.create_opaque_options("xnnpack", cpu_settings(threads), std::free, &cpu);
  api_.add_opaque_options(settings, cpu);
  try {
    api_.compile(environment_, model, settings, &compiled_);
  } catch (const Error& error) {
    throw Error(options.model + ": this LiteRT cannot run it (" + error.what() +
                "); take the version that litert.sh of the bundle names, or build it again");
  }
}

std::vector<litert::Buffer*> LiteRt::make_outputs(litert::Subgraph* graph) {
  std::size_t count = 0;
  api_.count_outputs(graph, &count);
  std::vector<litert::Buffer*> buffers(count);
  for (std::size_t i = 0; i < count; ++i) {
    litert::Tensor* tensor = nullptr;
    api_.get_output(graph, i, &tensor);
    litert::TensorType type{};
    api_.get_type(tensor, &type);
    litert::BufferRequirements* needs = nullptr;
    api_.get_output_requirements(compiled_, 0, i, &needs);
    api_.create_buffer(environment_, &type, needs, &buffers[i]);
  }
  return buffers;
}

std::vector<std::vector<float>> LiteRt::run(const std::vector<float>& input) {
  void* memory = nullptr;
  api_.lock(input_, &memory, litert::kWriting);
  litert::store(inputs_[0], input, memory);
  api_.unlock(input_);
  api_.run(compiled_, 0, 1, &input_, results_.size(), results_.data());
  std::vector<std::vector<float>> outputs;
  for (const litert::BorderTensor& output : outputs_) {
    litert::Buffer* result = results_[output.index];
    api_.lock(result, &memory, litert::kReading);
    outputs.push_back(litert::load(output, memory));
    api_.unlock(result);
  }
  return outputs;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const BackendOptions& options, const TensorSpec& input,
                                      const std::vector<TensorSpec>& outputs) {
  return std::make_unique<LiteRt>(options, input, outputs);
}

}  // namespace zoo
