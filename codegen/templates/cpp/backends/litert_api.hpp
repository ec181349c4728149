// The part of LiteRT's C API that this program uses, without its headers.
//
// Names, signatures and structures are those of litert/c of LiteRT 2.1.6 and later. The library has
// no table of functions: each is looked up by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/shared_library.hpp"

namespace zoo::litert {

struct Environment;
struct Model;
struct Subgraph;
struct Tensor;
struct Options;
struct OpaqueOptions;
struct CompiledModel;
struct BufferRequirements;
struct Buffer;

constexpr int kFloat32 = 1;
constexpr int kUint8 = 3;
constexpr int kInt8 = 9;

// Element type, axes and their sizes, batch first.
struct TensorType {
  std::int32_t element;
  std::uint32_t rank : 7;
  std::uint32_t has_strides : 1;
  std::int32_t sizes[8];
  std::uint32_t strides[8];
};
static_assert(sizeof(TensorType) == 72, "as LiteRtRankedTensorType");

constexpr int kQuantizedPerTensor = 1;
struct PerTensor {
  float scale;
  std::int64_t zero_point;
};

constexpr int kCpu = 1;  // of accelerators

// Of an environment. Versions that do not know a key ignore it.
struct Setting {
  alignas(8) std::int32_t key;
  alignas(8) std::int32_t kind;
  std::int64_t value;
};
static_assert(sizeof(Setting) == 24, "as LiteRtEnvOption");
constexpr int kAccelerators = 24;
constexpr int kMinimumSeverity = 25;
constexpr int kInteger = 2;
constexpr int kErrors = 3;

constexpr int kReading = 0;
constexpr int kWriting = 1;

// Throws Error with the function's name unless its status is success.
void require_success(const char* name, int status);

// A function of the library that returns a status.
template <typename... Parameters>
class Function {
 public:
  Function(const SharedLibrary& library, const char* name)
      : name_(name), pointer_(reinterpret_cast<int (*)(Parameters...)>(library.symbol(name))) {}

  // Throws Error where it fails.
  void operator()(Parameters... parameters) const {
    require_success(name_, pointer_(parameters...));
  }

 private:
  const char* name_;
  int (*pointer_)(Parameters...);
};

// Owns an object of the runtime.
template <typename Object>
using Handle = std::unique_ptr<Object, void (*)(Object*)>;

struct Api {
  // Throws Error where the library is too old.
  explicit Api(const SharedLibrary& library);

  // Makes an object by a function whose last parameter is its address.
  template <typename Object, typename Create, typename... Arguments>
  static Handle<Object> make(const Create& create, void (*destroy)(Object*),
                             Arguments... arguments) {
    Object* object = nullptr;
    create(arguments..., &object);
    return Handle<Object>(object, destroy);
  }

  Function<int, const Setting*, Environment**> create_environment;
  Function<Environment*, const char*, Model**> create_model;
  Function<Model*, std::size_t, Subgraph**> get_subgraph;
  Function<Subgraph*, std::size_t*> count_inputs;
  Function<Subgraph*, std::size_t*> count_outputs;
  Function<Subgraph*, std::size_t, Tensor**> get_input;
  Function<Subgraph*, std::size_t, Tensor**> get_output;
  Function<Tensor*, const char**> get_name;
  Function<Tensor*, TensorType*> get_type;
  Function<Tensor*, int*> get_quantization_kind;
  Function<Tensor*, PerTensor*> get_quantization;
  Function<Options**> create_options;
  Function<Options*, int> set_accelerators;
  Function<const char*, void*, void (*)(void*), OpaqueOptions**> create_opaque_options;
  Function<Options*, OpaqueOptions*> add_opaque_options;
  Function<Environment*, Model*, Options*, CompiledModel**> compile;
  Function<CompiledModel*, std::size_t, std::size_t, BufferRequirements**> get_input_requirements;
  Function<CompiledModel*, std::size_t, std::size_t, BufferRequirements**> get_output_requirements;
  Function<Environment*, const TensorType*, BufferRequirements*, Buffer**> create_buffer;
  Function<Buffer*, void**, int> lock;
  Function<Buffer*> unlock;
  Function<CompiledModel*, std::size_t, std::size_t, Buffer**, std::size_t, Buffer**> run;
  void (*destroy_environment)(Environment*);
  void (*destroy_model)(Model*);
  void (*destroy_options)(Options*);
  void (*destroy_compiled)(CompiledModel*);
  void (*destroy_buffer)(Buffer*);
};

}  // namespace zoo::litert
