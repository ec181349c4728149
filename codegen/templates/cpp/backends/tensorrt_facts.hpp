// engine.json: what an engine was built from, by what, and for which GPU.
#pragma once

#include <string>

#include "backends/tensorrt_library.hpp"

namespace zoo::tensorrt {

// Fields as in the file. onnx_sha256: of the ONNX file that the engine is built from.
// precision: 'fp32', 'fp16' or 'int8'.  typing: 'strong' where the file's types decide.
// engine_sha256, runtime, version: of the engine, '' where none is built yet.
struct Facts {
  std::string onnx_sha256;
  std::string precision;
  std::string typing;
  std::string compute_capability;
  std::string engine_sha256;
  std::string runtime;
  std::string version;
};

// Throws Error where the file is missing or lacks a field.
Facts read_facts(const std::string& path);

std::string to_json(const Facts& facts);

// Why the GPU and the TensorRT here cannot load an engine, '' if they can.
std::string misfit(const Facts& facts, const Gpu& gpu);

// Throws Error where the GPU cannot compute in this precision at all.
void require_precision(const std::string& precision, const Gpu& gpu);

}  // namespace zoo::tensorrt
