#include "backends/litert_api.hpp"

#include "steps/frame.hpp"

namespace zoo::litert {

namespace {

// From litert/c/litert_common.h: the statuses that loading and running a model can return.
std::string status_text(int status) {
  switch (status) {
    case 1:
      return "invalid argument";
    case 2:
      return "no memory";
    case 3:
      return "runtime failure";
    case 5:
      return "unsupported";
    case 8:
    case 4000:
      return "wrong version";
    case 500:
      return "the file cannot be read";
    case 501:
      return "not a .tflite file, or a damaged one";
    case 504:
      return "it cannot be compiled";
    default:
      return "status " + std::to_string(status);
  }
}

// Before 2.1.6 functions of the same names took other parameters; 2.1.6 added this one.
const SharedLibrary& new_enough(const SharedLibrary& library) {
  if (library.has("LiteRtCreateEnvironment") && !library.has("LiteRtCreateModelFromFd")) {
    throw Error(
        library.path() +
        ": this LiteRT is too old; 2.1.6 or newer is needed: pip install -U ai-edge-litert");
  }
  return library;
}

template <typename Object>
auto release(const SharedLibrary& library, const char* name) {
  return reinterpret_cast<void (*)(Object*)>(library.symbol(name));
}

}  // namespace

void require_success(const char* name, int status) {
  if (status != 0) throw Error("LiteRT: " + std::string(name) + ": " + status_text(status));
}

Api::Api(const SharedLibrary& library)
    : create_environment(new_enough(library), "LiteRtCreateEnvironment"),
      create_model(library, "LiteRtCreateModelFromFile"),
      get_subgraph(library, "LiteRtGetModelSubgraph"),
      count_inputs(library, "LiteRtGetNumSubgraphInputs"),
      count_outputs(library, "LiteRtGetNumSubgraphOutputs"),
      get_input(library, "LiteRtGetSubgraphInput"),
      get_output(library, "LiteRtGetSubgraphOutput"),
      get_name(library, "LiteRtGetTensorName"),
      get_type(library, "LiteRtGetRankedTensorType"),
      get_quantization_kind(library, "LiteRtGetQuantizationTypeId"),
      get_quantization(library, "LiteRtGetPerTensorQuantization"),
      create_options(library, "LiteRtCreateOptions"),
      set_accelerators(library, "LiteRtSetOptionsHardwareAccelerators"),
      create_opaque_options(library, "LiteRtCreateOpaqueOptions"),
      add_opaque_options(library, "LiteRtAddOpaqueOptions"),
      compile(library, "LiteRtCreateCompiledModel"),
      get_input_requirements(library, "LiteRtGetCompiledModelInputBufferRequirements"),
      get_output_requirements(library, "LiteRtGetCompiledModelOutputBufferRequirements"),
      create_buffer(library, "LiteRtCreateManagedTensorBufferFromRequirements"),
      lock(library, "LiteRtLockTensorBuffer"),
      unlock(library, "LiteRtUnlockTensorBuffer"),
      run(library, "LiteRtRunCompiledModel"),
      destroy_environment(release<Environment>(library, "LiteRtDestroyEnvironment")),
      destroy_model(release<Model>(library, "LiteRtDestroyModel")),
      destroy_options(release<Options>(library, "LiteRtDestroyOptions")),
      destroy_compiled(release<CompiledModel>(library, "LiteRtDestroyCompiledModel")),
      destroy_buffer(release<Buffer>(library, "LiteRtDestroyTensorBuffer")) {}

}  // namespace zoo::litert
