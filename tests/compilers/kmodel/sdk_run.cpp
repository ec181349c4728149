// Runs a .kmodel of version 4 in the K210 standalone SDK's runtime, which on a PC simulates the KPU.
// Usage: sdk_run FILE.kmodel INPUTS OUTPUTS, the latter two as raw bytes one after the other.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include <kernels/k210/k210_kernels.h>
#include <runtime/target_interpreter.h>

using namespace nncase::runtime;

static std::vector<uint8_t> content(const char* name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

static int failed = 1;

int main(int, char** arguments) {
  static interpreter_t interpreter;
  const auto model = content(arguments[1]), inputs = content(arguments[2]);
  if (!interpreter.try_load_model(model.data())) return 1;
  const uint8_t* source = inputs.data();
  for (size_t i = 0; i < interpreter.inputs_size(); i++) {
    const auto& shape = interpreter.input_shape_at(i);
    const size_t size = size_t(shape[1]) * shape[2] * shape[3];
    auto memory = interpreter.memory_at<uint8_t>(interpreter.input_at(i));
    if (interpreter.input_at(i).memory_type == nncase::mem_main)
      std::copy(source, source + size, memory.begin());
    else
      nncase::kernels::k210::kpu_upload(source, memory.data(), shape);
    source += size;
  }
  const auto done = [](void*) { failed = 0; };
  const auto error = [](const char* text, void*) { std::fprintf(stderr, "%s\n", text); };
  interpreter.run(done, error, nullptr, nullptr);
  std::ofstream results(arguments[3], std::ios::binary);
  for (size_t i = 0; i < interpreter.outputs_size(); i++) {
    const auto memory = interpreter.memory_at<char>(interpreter.output_at(i));
    results.write(memory.data(), static_cast<std::streamsize>(memory.size()));
  }
  return failed;
}
