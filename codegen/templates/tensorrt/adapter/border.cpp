// The table of functions. Errors are returned as texts because exceptions cannot cross compilers.
#include "adapter/engine.hpp"

namespace zoo::tensorrt {

void Log::log(Severity severity, char const* text) noexcept {
  if (severity <= Severity::kERROR) errors_ += (errors_.empty() ? "" : "; ") + std::string(text);
}

std::string Log::take() {
  std::string said;
  said.swap(errors_);
  return said.empty() ? "it gives no reason" : said;
}

Log& the_log() {
  static Log log;
  return log;
}

namespace {

template <typename Work>
Failure told(Work work) {
  static thread_local std::string failure;
  try {
    work();
    return nullptr;
  } catch (const std::exception& error) {
    failure = error.what();
    return failure.c_str();
  }
}

const Border kBorder = {
    [](Gpu* gpu) { return told([&] { *gpu = find_gpu(); }); },
    [](const Settings* settings, Bytes onnx, Bytes timings, Keep keep, void* engine_into,
       void* timings_into) {
      return told([&] { build(*settings, onnx, timings, keep, engine_into, timings_into); });
    },
    [](Bytes plan, Engine** engine) { return told([&] { *engine = load(plan); }); },
    [](Engine* engine) { delete engine; },
    [](const Engine* engine) { return static_cast<int>(engine->tensors.size()); },
    [](const Engine* engine, int index, Tensor* tensor) {
      return told([&] { *tensor = engine->tensors.at(static_cast<std::size_t>(index))->tensor; });
    },
    [](Engine* engine, int index) {
      return engine->tensors[static_cast<std::size_t>(index)]->on_host;
    },
    [](Engine* engine, float* milliseconds) {
      return told([&] { *milliseconds = engine->run(); });
    },
};

}  // namespace

extern "C" const Border* zoo_tensorrt_border(int version) {
  return version == kBorderVersion ? &kBorder : nullptr;
}

}  // namespace zoo::tensorrt
