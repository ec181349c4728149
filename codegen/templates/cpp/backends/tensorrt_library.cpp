#include "backends/tensorrt_library.hpp"

#include "steps/frame.hpp"

namespace zoo::tensorrt {

namespace {

constexpr LibraryNames kLibrary = {
    "TensorRT", "--tensorrt", "ZOO_TENSORRT", "libzoo_tensorrt.so",
    "install.sh of the bundle makes it with the TensorRT that is installed here. Where "
    "libcuda.so, libcudart.so, libnvinfer.so or libtensorrt_rtx.so is missing: the NVIDIA driver, "
    "CUDA or TensorRT is not installed, or LD_LIBRARY_PATH lacks its directory"};

void require(Failure failure) {
  if (failure != nullptr) throw Error(failure);
}

const Border* border_of(const SharedLibrary& library) {
  using Find = decltype(&zoo_tensorrt_border);
  const auto find = reinterpret_cast<Find>(library.symbol("zoo_tensorrt_border"));
  const Border* border = find(kBorderVersion);
  if (border == nullptr) {
    throw Error(library.path() + ": was made for another version of this program; sh install.sh " +
                "makes it anew");
  }
  return border;
}

Bytes bytes_of(const std::string& text) { return {text.data(), text.size()}; }

void keep_text(void* into, Bytes bytes) {
  static_cast<std::string*>(into)->assign(static_cast<const char*>(bytes.data), bytes.size);
}

TensorSpec spec_of(const Tensor& tensor) {
  return {tensor.name, {tensor.shape, tensor.shape + tensor.rank}};
}

}  // namespace

Library::Library(const std::string& given)
    : library_(kLibrary, given), border_(border_of(library_)) {
  require(border_->find_gpu(&gpu_));
}

Built Library::build(const Settings& settings, const std::string& onnx,
                     const std::string& timings) const {
  Built built;
  require(border_->build(&settings, bytes_of(onnx), bytes_of(timings), keep_text, &built.engine,
                         &built.timings));
  return built;
}

LoadedEngine Library::load(const std::string& engine) const {
  Engine* loaded = nullptr;
  require(border_->load(bytes_of(engine), &loaded));
  return {loaded, border_->unload};
}

Tensor Library::describe(const LoadedEngine& engine, int index) const {
  Tensor tensor{};
  require(border_->describe(engine.get(), index, &tensor));
  return tensor;
}

int Library::find(const LoadedEngine& engine, const TensorSpec& wanted, bool is_input,
                  const std::string& model) const {
  TensorSpec batch = wanted;
  batch.shape.insert(batch.shape.begin(), 1);
  std::string listed;
  for (int i = 0; i < border_->count_tensors(engine.get()); ++i) {
    const Tensor tensor = describe(engine, i);
    if (tensor.is_input != is_input) continue;
    const TensorSpec found = spec_of(tensor);
    const bool fits = found.name == batch.name && found.shape == batch.shape;
    if (fits && tensor.is_float32) return i;
    listed += (listed.empty() ? "" : ", ") + zoo::describe(found);
    if (!tensor.is_float32) listed += " (not float32)";
  }
  throw Error(model + ": its engine has no float32 " + (is_input ? "input " : "output ") +
              zoo::describe(batch) + "; it has " + listed +
              ". This program was made for another model: build the bundle again");
}

float* Library::memory(const LoadedEngine& engine, int index) const {
  return border_->memory(engine.get(), index);
}

double Library::run(const LoadedEngine& engine) const {
  float milliseconds = 0;
  require(border_->run(engine.get(), &milliseconds));
  return double{milliseconds};
}

std::string capability(const Gpu& gpu) {
  return std::to_string(gpu.capability_major) + "." + std::to_string(gpu.capability_minor);
}

std::string describe(const Gpu& gpu) {
  return std::string(gpu.runtime) + " " + gpu.version + " on " + gpu.name +
         " (compute capability " + capability(gpu) + ")";
}

}  // namespace zoo::tensorrt
