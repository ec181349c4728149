#include "backends/onnxruntime_api.hpp"

namespace zoo::ort {

namespace {

constexpr std::uint32_t kApiVersion = 11;

struct ApiBase {
  void (*const* (*get_api)(std::uint32_t version))();
  const char* (*get_version)();
};

const ApiBase* api_base(const SharedLibrary& library) {
  return reinterpret_cast<const ApiBase* (*)()>(library.symbol("OrtGetApiBase"))();
}

}  // namespace

Api::Api(const SharedLibrary& library)
    : table_(api_base(library)->get_api(kApiVersion)), version_(api_base(library)->get_version()) {
  if (table_ == nullptr) {
    throw Error(library.path() + ": ONNX Runtime " + version_ +
                " is too old; 1.11 or newer is needed");
  }
}

void Api::fail(Status* status) const {
  const std::string message = pointer<GetErrorMessage>()(status);
  pointer<ReleaseStatus>()(status);
  throw Error("ONNX Runtime " + version_ + ": " + message);
}

}  // namespace zoo::ort
