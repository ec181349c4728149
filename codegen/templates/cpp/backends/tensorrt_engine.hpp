// Which engine is run: the bundle's, one that was built here before, or a new one.
#pragma once

#include <string>

#include "backends/tensorrt_library.hpp"

namespace zoo::tensorrt {

// onnx: the network, beside its engine.json.  directory: of engines that are built here.
struct EnginePlaces {
  std::string onnx;
  std::string directory;
};

// Loads the bundle's engine, or that of the directory, where digest, version and GPU are those of
// its engine.json; else builds it anew and keeps it there. Says on standard error why it builds.
// anew: builds in any case. Throws Error.
LoadedEngine open_engine(const Library& library, const EnginePlaces& places, bool anew);

}  // namespace zoo::tensorrt
