// Chooses the engine: the bundle's, one that was built here before, or a new one.
#pragma once

#include <string>

#include "backends/tensorrt_library.hpp"

namespace zoo::tensorrt {

// onnx: the network, beside its engine.json; `option` names it.  directory: of engines that are
// built here.
struct EnginePlaces {
  std::string onnx;
  std::string option;
  std::string directory;
};

// Loads the bundle's engine, or the directory's, if digest, version and GPU match those in
// its engine.json. Otherwise builds it and keeps it there; prints the reason on standard error.
// anew: always builds. Throws Error.
LoadedEngine open_engine(const Library& library, const EnginePlaces& places, bool anew);

}  // namespace zoo::tensorrt
