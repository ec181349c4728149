// Stand-in for TensorRT: an "engine" is a line that says how it was built, and the ONNX file.
#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <memory>

#include "network.hpp"

namespace {

using namespace nvinfer1;

constexpr char kEngine[] = "stand-in engine ";
constexpr char kTimings[] = "stand-in timings";

std::string text_of(void const* data, std::size_t size) {
  return {static_cast<char const*>(data), size};
}

class Memory : public IHostMemory {
 public:
  explicit Memory(std::string content) : content_(std::move(content)) {}
  void* data() const noexcept override { return const_cast<char*>(content_.data()); }
  std::size_t size() const noexcept override { return content_.size(); }

 private:
  std::string content_;
};

class Context : public IExecutionContext {
 public:
  explicit Context(stand_in::Network& network) : network_(network) {}
#if STAND_IN_TENSORRT >= 805
  bool setTensorAddress(char const* name, void* data) noexcept override {
    for (auto& tensor : network_.tensors) {
      if (tensor.spec.name == name) tensor.data = data;
    }
    return true;
  }
  bool enqueueV3(cudaStream_t /*stream*/) noexcept override { return run(); }
#else
  bool enqueueV2(void* const* bindings, cudaStream_t /*stream*/, cudaEvent_t*) noexcept override {
    for (std::size_t i = 0; i < network_.tensors.size(); ++i) {
      network_.tensors[i].data = bindings[i];
    }
    return run();
  }
#endif

 private:
  bool run() noexcept {
    network_.run();
    return true;
  }

  stand_in::Network& network_;
};

Dims dims_of(const stand_in::Tensor& tensor) {
  Dims dims{};
  for (std::int64_t size : tensor.spec.shape) {
    dims.d[dims.nbDims++] = static_cast<std::remove_reference_t<decltype(dims.d[0])>>(size);
  }
  return dims;
}

DataType type_of(const stand_in::Tensor& tensor) {
  return tensor.is_float32 ? DataType::kFLOAT : DataType::kINT32;
}

class CudaEngine : public ICudaEngine {
 public:
  explicit CudaEngine(const std::string& onnx) : network_(onnx) {}
#if STAND_IN_TENSORRT >= 805
  std::int32_t getNbIOTensors() const noexcept override { return count(); }
  char const* getIOTensorName(std::int32_t index) const noexcept override { return name(index); }
  Dims getTensorShape(char const* name) const noexcept override { return dims_of(named(name)); }
  DataType getTensorDataType(char const* name) const noexcept override {
    return type_of(named(name));
  }
  TensorIOMode getTensorIOMode(char const* name) const noexcept override {
    return named(name).is_input ? TensorIOMode::kINPUT : TensorIOMode::kOUTPUT;
  }
#else
  std::int32_t getNbBindings() const noexcept override { return count(); }
  char const* getBindingName(std::int32_t index) const noexcept override { return name(index); }
  Dims getBindingDimensions(std::int32_t index) const noexcept override {
    return dims_of(at(index));
  }
  DataType getBindingDataType(std::int32_t index) const noexcept override {
    return type_of(at(index));
  }
  bool bindingIsInput(std::int32_t index) const noexcept override { return at(index).is_input; }
#endif
  IExecutionContext* createExecutionContext() noexcept override { return new Context(network_); }

 private:
  std::int32_t count() const { return static_cast<std::int32_t>(network_.tensors.size()); }
  const stand_in::Tensor& at(std::int32_t index) const {
    return network_.tensors[static_cast<std::size_t>(index)];
  }
  char const* name(std::int32_t index) const { return at(index).spec.name.c_str(); }
  [[maybe_unused]] const stand_in::Tensor& named(const std::string& name) const {
    std::int32_t index = 0;
    while (at(index).spec.name != name) ++index;
    return at(index);
  }

  stand_in::Network network_;
};

class Runtime : public IRuntime {
 public:
  explicit Runtime(ILogger& logger) : logger_(logger) {}
  ICudaEngine* deserializeCudaEngine(void const* plan, std::size_t size) noexcept override {
    const std::string text = text_of(plan, size);
    try {
      if (text.rfind(kEngine, 0) != 0) throw zoo::Error("no engine of the stand-in");
      return new CudaEngine(text.substr(text.find('\n') + 1));
    } catch (const zoo::Error& error) {
      logger_.log(ILogger::Severity::kERROR, error.what());
      return nullptr;
    }
  }

 private:
  ILogger& logger_;
};

class TimingCache : public ITimingCache {
 public:
  explicit TimingCache(std::string before) : before_(std::move(before)) {}
  IHostMemory* serialize() const noexcept override {
    return new Memory(before_.empty() ? kTimings : before_ + ", used again");
  }

 private:
  std::string before_;
};

class Config : public IBuilderConfig {
 public:
  void setFlag(BuilderFlag flag) noexcept override {
    flags |= 1U << static_cast<std::uint32_t>(flag);
  }
  void clearFlag(BuilderFlag flag) noexcept override {
    flags &= ~(1U << static_cast<std::uint32_t>(flag));
  }
#if STAND_IN_TENSORRT < 1000
  void setMaxWorkspaceSize(std::size_t /*size*/) noexcept override {}
#endif
  ITimingCache* createTimingCache(void const* data, std::size_t size) const noexcept override {
    return new TimingCache(text_of(data, size));
  }
  bool setTimingCache(ITimingCache const& /*cache*/, bool /*ignore*/) noexcept override {
    return true;
  }

  std::uint32_t flags = 1U << static_cast<std::uint32_t>(BuilderFlag::kTF32);
};

class NetworkDefinition : public INetworkDefinition {
 public:
  explicit NetworkDefinition(std::uint32_t given) : flags(given) {}
  std::uint32_t flags;
  // Weights belong to the parser, as TensorRT's do.
  const std::string* onnx = nullptr;
};

class Builder : public IBuilder {
 public:
  INetworkDefinition* createNetworkV2(std::uint32_t flags) noexcept override {
    return new NetworkDefinition(flags);
  }
  IBuilderConfig* createBuilderConfig() noexcept override { return new Config; }
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network,
                                      IBuilderConfig& config) noexcept override {
    const auto& definition = static_cast<NetworkDefinition&>(network);
    const std::string how = "of network flags " + std::to_string(definition.flags) +
                            ", builder flags " + std::to_string(static_cast<Config&>(config).flags);
    return new Memory(kEngine + how + "\n" + *definition.onnx);
  }
};

class Parser : public nvonnxparser::IParser, nvonnxparser::IParserError {
 public:
  explicit Parser(INetworkDefinition& network)
      : network_(static_cast<NetworkDefinition&>(network)) {}
  bool parse(void const* model, std::size_t size) noexcept override {
    onnx_ = text_of(model, size);
    network_.onnx = &onnx_;
    try {
      stand_in::Network read(onnx_);
      return true;
    } catch (const zoo::Error& error) {
      error_ = error.what();
      return false;
    }
  }
  std::int32_t getNbErrors() const noexcept override { return error_.empty() ? 0 : 1; }
  nvonnxparser::IParserError const* getError(std::int32_t /*index*/) const noexcept override {
    return this;
  }
  char const* desc() const noexcept override { return error_.c_str(); }

 private:
  NetworkDefinition& network_;
  std::string onnx_;
  std::string error_;
};

}  // namespace

namespace nvinfer1 {

IRuntime* createInferRuntime(ILogger& logger) noexcept { return new Runtime(logger); }
IBuilder* createInferBuilder(ILogger& /*logger*/) noexcept { return new Builder; }

}  // namespace nvinfer1

namespace nvonnxparser {

IParser* createParser(INetworkDefinition& network, ILogger& /*logger*/) noexcept {
  return new Parser(network);
}

}  // namespace nvonnxparser

std::int32_t getInferLibVersion() noexcept {
  constexpr int digit = NV_TENSORRT_MAJOR >= 10 ? 100 : 10;
  return NV_TENSORRT_MAJOR * 100 * digit + NV_TENSORRT_MINOR * 100 + NV_TENSORRT_PATCH;
}
