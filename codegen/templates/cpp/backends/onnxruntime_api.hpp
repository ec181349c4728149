// The part of ONNX Runtime's C API that this program uses, without its headers.
//
// OrtApi is a table of functions that only grows: a function's place is the same in all versions.
// Places and signatures are those of onnxruntime_c_api.h, API version 11 (ONNX Runtime 1.11) and
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/shared_library.hpp"
#include "steps/frame.hpp"

namespace zoo::ort {

struct Status;
struct Env;
struct ThreadingOptions;
struct SessionOptions;
struct Session;
struct RunOptions;
struct MemoryInfo;
struct Value;
struct TypeInfo;
struct TensorInfo;
struct Allocator;

// A function's place in the table and its type.
template <std::size_t place, typename Function>
struct Entry {
  static constexpr std::size_t kPlace = place;
  using Pointer = Function*;
};

using GetErrorMessage = Entry<2, const char*(const Status*)>;
using CreateEnv = Entry<3, Status*(int log_level, const char* name, Env**)>;
using CreateSession =
    Entry<7, Status*(const Env*, const char* path, const SessionOptions*, Session**)>;
using Run =
    Entry<9, Status*(Session*, const RunOptions*, const char* const* input_names,
                     const Value* const* inputs, std::size_t input_count,
                     const char* const* output_names, std::size_t output_count, Value** outputs)>;
using CreateSessionOptions = Entry<10, Status*(SessionOptions**)>;
using SetGraphOptimizationLevel = Entry<23, Status*(SessionOptions*, int level)>;
using SetIntraOpNumThreads = Entry<24, Status*(SessionOptions*, int threads)>;
using SetInterOpNumThreads = Entry<25, Status*(SessionOptions*, int threads)>;
using GetInputCount = Entry<30, Status*(const Session*, std::size_t*)>;
using GetOutputCount = Entry<31, Status*(const Session*, std::size_t*)>;
using GetInputTypeInfo = Entry<33, Status*(const Session*, std::size_t index, TypeInfo**)>;
using GetOutputTypeInfo = Entry<34, Status*(const Session*, std::size_t index, TypeInfo**)>;
using GetInputName = Entry<36, Status*(const Session*, std::size_t index, Allocator*, char**)>;
using GetOutputName = Entry<37, Status*(const Session*, std::size_t index, Allocator*, char**)>;
using CreateTensorWithData =
    Entry<49, Status*(const MemoryInfo*, void* data, std::size_t size_bytes,
                      const std::int64_t* shape, std::size_t rank, int element_type, Value**)>;
using GetTensorMutableData = Entry<51, Status*(Value*, void**)>;
using CastTypeInfoToTensorInfo = Entry<55, Status*(const TypeInfo*, const TensorInfo**)>;
using GetTensorElementType = Entry<60, Status*(const TensorInfo*, int*)>;
using GetDimensionsCount = Entry<61, Status*(const TensorInfo*, std::size_t*)>;
using GetDimensions = Entry<62, Status*(const TensorInfo*, std::int64_t*, std::size_t)>;
using GetTensorElementCount = Entry<64, Status*(const TensorInfo*, std::size_t*)>;
using GetTensorTypeAndShape = Entry<65, Status*(const Value*, TensorInfo**)>;
using CreateCpuMemoryInfo = Entry<69, Status*(int allocator, int memory, MemoryInfo**)>;
using AllocatorFree = Entry<76, Status*(Allocator*, void*)>;
using GetDefaultAllocator = Entry<78, Status*(Allocator**)>;
using ReleaseEnv = Entry<92, void(Env*)>;
using ReleaseStatus = Entry<93, void(Status*)>;
using ReleaseMemoryInfo = Entry<94, void(MemoryInfo*)>;
using ReleaseSession = Entry<95, void(Session*)>;
using ReleaseValue = Entry<96, void(Value*)>;
using ReleaseTypeInfo = Entry<98, void(TypeInfo*)>;
using ReleaseTensorInfo = Entry<99, void(TensorInfo*)>;
using ReleaseSessionOptions = Entry<100, void(SessionOptions*)>;
using CreateEnvWithGlobalThreadPools =
    Entry<119, Status*(int log_level, const char* name, const ThreadingOptions*, Env**)>;
using DisablePerSessionThreads = Entry<120, Status*(SessionOptions*)>;
using CreateThreadingOptions = Entry<121, Status*(ThreadingOptions**)>;
using ReleaseThreadingOptions = Entry<122, void(ThreadingOptions*)>;
using AddSessionConfigEntry =
    Entry<130, Status*(SessionOptions*, const char* key, const char* value)>;
using SetGlobalIntraOpNumThreads = Entry<147, Status*(ThreadingOptions*, int threads)>;
using SetGlobalInterOpNumThreads = Entry<148, Status*(ThreadingOptions*, int threads)>;

// If set before the library is loaded, keeps ONNX Runtime 1.31 and later from sending usage data.
constexpr const char* kNoTelemetry = "ORT_DISABLE_TELEMETRY";

constexpr int kLogErrors = 3;
constexpr int kAllOptimizations = 99;
constexpr int kFloat32 = 1;
constexpr int kArenaAllocator = 1;
constexpr int kDefaultMemory = 0;

// Owns an object of the runtime.
template <typename Object>
using Handle = std::unique_ptr<Object, void (*)(Object*)>;

class Api {
 public:
  explicit Api(const SharedLibrary& library);

  // Calls a function; throws Error with the runtime's message if it fails.
  template <typename Function, typename... Arguments>
  void call(Arguments... arguments) const {
    Status* status = pointer<Function>()(arguments...);
    if (status != nullptr) fail(status);
  }

  // Makes an object by a function whose last argument is its address.
  template <typename Create, typename Release, typename Object, typename... Arguments>
  Handle<Object> make(Arguments... arguments) const {
    Object* object = nullptr;
    call<Create>(arguments..., &object);
    return own<Release>(object);
  }

  // Takes over an object that a function has returned.
  template <typename Release, typename Object>
  Handle<Object> own(Object* object) const {
    return Handle<Object>(object, pointer<Release>());
  }

 private:
  template <typename Function>
  typename Function::Pointer pointer() const {
    return reinterpret_cast<typename Function::Pointer>(table_[Function::kPlace]);
  }

  [[noreturn]] void fail(Status* status) const;

  void (*const* table_)();
  std::string version_;
};

}  // namespace zoo::ort
