#include "backends/tensorrt_facts.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/files.hpp"
#include "core/json.hpp"
#include "steps/frame.hpp"

namespace zoo::tensorrt {

namespace {

// Names of the file's fields.
constexpr std::pair<const char*, std::string Facts::*> kFields[] = {
    {"onnx_sha256", &Facts::onnx_sha256},
    {"precision", &Facts::precision},
    {"typing", &Facts::typing},
    {"compute_capability", &Facts::compute_capability},
    {"engine_sha256", &Facts::engine_sha256},
    {"runtime", &Facts::runtime},
    {"version", &Facts::version},
};

}  // namespace

Facts read_facts(const std::string& path) {
  if (!is_file(path)) {
    throw Error(path + ": is missing; it is part of the model, copy the whole bundle again");
  }
  const nlohmann::json json = read_json(path);
  Facts facts;
  for (const auto& [name, field] : kFields) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) {
      throw Error(path + ": has no text '" + name + "'; build the bundle again");
    }
    facts.*field = found->get<std::string>();
  }
  return facts;
}

std::string to_json(const Facts& facts) {
  std::string text;
  for (const auto& [name, field] : kFields) {
    text += (text.empty() ? "{\n  " : ",\n  ") + quoted(name) + ": " + quoted(facts.*field);
  }
  return text + "\n}\n";
}

std::string misfit(const Facts& facts, const Gpu& gpu) {
  if (facts.runtime != gpu.runtime || facts.version != gpu.version) {
    return "was built by " + facts.runtime + " " + facts.version + ", here is " + gpu.runtime +
           " " + gpu.version;
  }
  if (facts.compute_capability != capability(gpu)) {
    return "was built for compute capability " + facts.compute_capability + ", " + gpu.name +
           " has " + capability(gpu);
  }
  return "";
}

void require_precision(const std::string& precision, const Gpu& gpu) {
  // NVIDIA's support matrix of TensorRT: INT8 from 6.1 on, except on the Jetson TX2 (6.2).
  const int number = 10 * gpu.capability_major + gpu.capability_minor;
  if (precision == "int8" && (number < 61 || number == 62)) {
    throw Error("this network computes in INT8, which " + std::string(gpu.name) +
                " (compute capability " + capability(gpu) +
                ") does not have; build the bundle with --quant fp16");
  }
}

}  // namespace zoo::tensorrt
