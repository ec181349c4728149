// engine.json: what an engine was built from, with which TensorRT, and for which GPU.
#pragma once

#include <string>

#include "backends/tensorrt_library.hpp"

namespace zoo::tensorrt {

// Fields as in the file. onnx_sha256: of the ONNX file that the engine is built from.
// precision: 'fp32', 'fp16' or 'int8'.  typing: 'strong' if the file's types decide.
// engine_sha256, runtime, version: of the engine, '' if none is built yet.
struct Facts {
  std::string onnx_sha256;
  std::string precision;
  std::string typing;
  std::string compute_capability;
  std::string engine_sha256;
  std::string runtime;
  std::string version;
};

// Throws Error if the file is missing or lacks a field.
Facts read_facts(const std::string& path);

std::string to_json(const Facts& facts);

// Returns why the GPU and the TensorRT here cannot load an engine, '' if they can.
std::string misfit(const Facts& facts, const Gpu& gpu);

// Throws Error if the GPU cannot compute in this precision.
void require_precision(const std::string& precision, const Gpu& gpu);

}  // namespace zoo::tensorrt
