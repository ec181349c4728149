// Stand-in for TensorRT's header of this name: own declarations of what adapter/ uses, of the
// version NV_TENSORRT_MAJOR.NV_TENSORRT_MINOR. The stand-in computes with ONNX Runtime on the CPU.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#ifndef NV_TENSORRT_MAJOR
#define NV_TENSORRT_MAJOR 10
#define NV_TENSORRT_MINOR 9
#endif
#define NV_TENSORRT_PATCH 0
#define STAND_IN_TENSORRT (NV_TENSORRT_MAJOR * 100 + NV_TENSORRT_MINOR)
#define ZOO_STAND_IN "stand-in TensorRT"

extern "C" std::int32_t getInferLibVersion() noexcept;

namespace nvinfer1 {

enum class DataType : std::int32_t { kFLOAT = 0, kHALF = 1, kINT8 = 2, kINT32 = 3 };
enum class TensorIOMode : std::int32_t { kNONE = 0, kINPUT = 1, kOUTPUT = 2 };
#if STAND_IN_TENSORRT < 1100
enum class BuilderFlag : std::int32_t { kFP16 = 0, kINT8 = 1, kTF32 = 7 };
#else
enum class BuilderFlag : std::int32_t { kTF32 = 7 };
#endif
enum class NetworkDefinitionCreationFlag : std::int32_t {
#if STAND_IN_TENSORRT >= 1100
  kSTRONGLY_TYPED = 0,
#elif STAND_IN_TENSORRT >= 1000
  kEXPLICIT_BATCH = 0,
  kSTRONGLY_TYPED = 1,
#else
  kEXPLICIT_BATCH = 0,
#endif
};

struct Dims {
  std::int32_t nbDims;
#if STAND_IN_TENSORRT >= 1000
  std::int64_t d[8];
#else
  std::int32_t d[8];
#endif
};

class ILogger {
 public:
  enum class Severity : std::int32_t { kINTERNAL_ERROR, kERROR, kWARNING, kINFO, kVERBOSE };
  virtual void log(Severity severity, char const* text) noexcept = 0;
  virtual ~ILogger() = default;
};

class IHostMemory {
 public:
  virtual ~IHostMemory() noexcept = default;
  virtual void* data() const noexcept = 0;
  virtual std::size_t size() const noexcept = 0;
};

class IExecutionContext {
 public:
  virtual ~IExecutionContext() noexcept = default;
#if STAND_IN_TENSORRT >= 805
  virtual bool setTensorAddress(char const* name, void* data) noexcept = 0;
  virtual bool enqueueV3(cudaStream_t stream) noexcept = 0;
#else
  virtual bool enqueueV2(void* const* bindings, cudaStream_t stream, cudaEvent_t*) noexcept = 0;
#endif
};

class ICudaEngine {
 public:
  virtual ~ICudaEngine() noexcept = default;
#if STAND_IN_TENSORRT >= 805
  virtual std::int32_t getNbIOTensors() const noexcept = 0;
  virtual char const* getIOTensorName(std::int32_t index) const noexcept = 0;
  virtual Dims getTensorShape(char const* name) const noexcept = 0;
  virtual DataType getTensorDataType(char const* name) const noexcept = 0;
  virtual TensorIOMode getTensorIOMode(char const* name) const noexcept = 0;
#else
  virtual std::int32_t getNbBindings() const noexcept = 0;
  virtual char const* getBindingName(std::int32_t index) const noexcept = 0;
  virtual Dims getBindingDimensions(std::int32_t index) const noexcept = 0;
  virtual DataType getBindingDataType(std::int32_t index) const noexcept = 0;
  virtual bool bindingIsInput(std::int32_t index) const noexcept = 0;
#endif
  virtual IExecutionContext* createExecutionContext() noexcept = 0;
};

class IRuntime {
 public:
  virtual ~IRuntime() noexcept = default;
  virtual ICudaEngine* deserializeCudaEngine(void const* plan, std::size_t size) noexcept = 0;
};

class ITimingCache {
 public:
  virtual ~ITimingCache() noexcept = default;
  virtual IHostMemory* serialize() const noexcept = 0;
};

class IBuilderConfig {
 public:
  virtual ~IBuilderConfig() noexcept = default;
  virtual void setFlag(BuilderFlag flag) noexcept = 0;
  virtual void clearFlag(BuilderFlag flag) noexcept = 0;
#if STAND_IN_TENSORRT < 1000
  virtual void setMaxWorkspaceSize(std::size_t size) noexcept = 0;
#endif
  virtual ITimingCache* createTimingCache(void const* data, std::size_t size) const noexcept = 0;
  virtual bool setTimingCache(ITimingCache const& cache, bool ignore_mismatch) noexcept = 0;
};

class INetworkDefinition {
 public:
  virtual ~INetworkDefinition() noexcept = default;
};

class IBuilder {
 public:
  virtual ~IBuilder() noexcept = default;
  virtual INetworkDefinition* createNetworkV2(std::uint32_t flags) noexcept = 0;
  virtual IBuilderConfig* createBuilderConfig() noexcept = 0;
  virtual IHostMemory* buildSerializedNetwork(INetworkDefinition& network,
                                              IBuilderConfig& config) noexcept = 0;
};

IRuntime* createInferRuntime(ILogger& logger) noexcept;
IBuilder* createInferBuilder(ILogger& logger) noexcept;

}  // namespace nvinfer1
