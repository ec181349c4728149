// The interface between the program and TensorRT: the functions of libzoo_tensorrt.so.
//
// TensorRT's classes are laid out differently in each of its versions. The library is compiled
// where TensorRT is installed, with its headers (adapter/build.sh); the program is the same for
// all.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zoo::tensorrt {

constexpr int kBorderVersion = 1;

// Null, or an error message that lives until the thread's next call.
using Failure = const char*;

struct Bytes {
  const void* data;
  std::size_t size;
};

// Receives bytes that a function makes. into: the caller's own pointer.
using Keep = void (*)(void* into, Bytes bytes);

// runtime: "TensorRT", "TensorRT-RTX" or a stand-in.  version: such as "8.2.1".
struct Gpu {
  char name[256];
  char runtime[32];
  char version[32];
  std::int32_t capability_major;
  std::int32_t capability_minor;
};

// precision: 'fp32', 'fp16' or 'int8', for builders that take it as flags.
// is_strongly_typed: tensors have the types that the ONNX file states.
struct Settings {
  const char* precision;
  bool is_strongly_typed;
};

// An input or output, its shape with the batch.
struct Tensor {
  char name[256];
  bool is_input;
  bool is_float32;
  std::int32_t rank;
  std::int64_t shape[8];
};

// A loaded network with memory of its own, for inputs and outputs.
struct Engine;

struct Border {
  // The GPU that is used, and the TensorRT beside it.
  Failure (*find_gpu)(Gpu*);

  // Makes an engine for that GPU. timings: of layers, from an earlier call; may be empty.
  Failure (*build)(const Settings*, Bytes onnx, Bytes timings, Keep, void* engine_into,
                   void* timings_into);

  Failure (*load)(Bytes engine, Engine**);
  void (*unload)(Engine*);
  int (*count_tensors)(const Engine*);
  Failure (*describe)(const Engine*, int index, Tensor*);

  // float32 of a tensor, in memory that the GPU copies from and to.
  float* (*memory)(Engine*, int index);

  // Copies the inputs to the GPU, computes, copies the outputs back.
  // milliseconds: of all three, measured by the GPU.
  Failure (*run)(Engine*, float* milliseconds);
};

// The only function that is looked up by name; returns null for another version.
extern "C" __attribute__((visibility("default"))) const Border* zoo_tensorrt_border(int version);

}  // namespace zoo::tensorrt
