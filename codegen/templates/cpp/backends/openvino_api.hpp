// The part of OpenVINO's C API that this program uses, without its headers.
//
// Signatures are those of openvino/c/*.h of OpenVINO 2024.0 and on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/shared_library.hpp"
#include "steps/frame.hpp"

namespace zoo::ov {

struct Core;
struct Network;   // ov_model_t
struct Compiled;  // ov_compiled_model_t
struct Request;   // ov_infer_request_t
struct Tensor;
struct Port;  // ov_output_const_port_t

struct Dimension {
  std::int64_t min;
  std::int64_t max;  // the same, or -1 and -1 for an open one
};

// rank is a dimension, too.
struct PartialShape {
  Dimension rank;
  Dimension* dims;
};

// A function by its name in the library.
template <typename Function>
class Entry {
 public:
  Entry(const SharedLibrary& library, const char* name)
      : call_(reinterpret_cast<Function*>(library.symbol(name))) {}
  operator Function*() const { return call_; }

 private:
  Function* call_;
};

// Owns an object of OpenVINO.
template <typename Object>
using Handle = std::unique_ptr<Object, void (*)(Object*)>;

struct Api {
  explicit Api(const SharedLibrary& library);

  // Throws Error with OpenVINO's message unless a status is 0.
  void require(int status) const;

  // Makes an object by a function whose last argument is its address.
  template <typename Object, typename Function, typename... Arguments>
  Handle<Object> make(const Entry<Function>& create, const Entry<void(Object*)>& release,
                      Arguments... arguments) const {
    Object* object = nullptr;
    require(create(arguments..., &object));
    return Handle<Object>(object, release);
  }

  Entry<const char*()> last_message;
  Entry<int(Core**)> create_core;
  Entry<int(const Core*, const char* path, const char* weights, Network**)> read;
  Entry<int(const Network*, const char* name, Port**)> input;
  Entry<int(const Network*, const char* name, Port**)> output;
  Entry<int(const Port*, PartialShape*)> shape;
  Entry<int(const Network*, const char* name, PartialShape)> reshape;
  Entry<int(const Core*, const Network*, const char* device, std::size_t words, Compiled**, ...)>
      compile;
  Entry<int(const Compiled*, Request**)> create_request;
  Entry<int(const Request*, const char* name, Tensor**)> tensor;
  Entry<int(Request*)> infer;
  Entry<int(const Tensor*, std::size_t* bytes)> tensor_bytes;
  Entry<int(const Tensor*, void** data)> tensor_data;
  Entry<void(PartialShape*)> free_shape;
  Entry<void(Core*)> free_core;
  Entry<void(Network*)> free_network;
  Entry<void(Compiled*)> free_compiled;
  Entry<void(Request*)> free_request;
  Entry<void(Tensor*)> free_tensor;
  Entry<void(Port*)> free_port;
};

}  // namespace zoo::ov
