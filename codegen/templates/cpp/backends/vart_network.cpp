#include "backends/vart_network.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "backends/vart_fatal.hpp"
#include "core/files.hpp"
#include "core/json.hpp"
#include "core/usage.hpp"

namespace zoo::vart_backend {

namespace {

const std::string kDevice = "device";
const std::string kFingerprint = "dpu_fingerprint";

std::string device_of(const xir::Subgraph* part) {
  return part->has_attr(kDevice) ? part->get_attr<std::string>(kDevice) : "";
}

std::string hexadecimal(std::uint64_t fingerprint) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

std::uint64_t read_fingerprint(const std::string& arch) {
  const nlohmann::json json = read_json(arch);
  const auto found = json.find("fingerprint");
  if (found != json.end() && found->is_string()) {
    const auto text = found->get<std::string>();
    char* end = nullptr;
    const std::uint64_t fingerprint = std::strtoull(text.c_str(), &end, 16);
    if (!text.empty() && *end == '\0') return fingerprint;
  }
  throw Error(arch + ": has no \"fingerprint\": \"0x...\"; `show_dpu` on the board prints it");
}

}  // namespace

Network open_network(const std::string& model, const std::string& option) {
  if (!is_file(model)) throw UsageError(model + ": no such model; " + option + " FILE names it");
  Network network;
  network.graph = explained({model + ": cannot be read", "copy it again, or build it again"},
                            [&model] { return xir::Graph::deserialize(model); });
  int count = 0;
  for (const xir::Subgraph* part :
       network.graph->get_root_subgraph()->children_topological_sort()) {
    if (device_of(part) != "DPU") continue;
    network.dpu = part;
    ++count;
  }
  if (count == 0) {
    throw Error(model +
                ": is not compiled, it has no part for the DPU; compile it on a machine with "
                "Vitis AI: sh compile.sh in its directory, which runs vai_c_xir -x " +
                base_name(model) + " -a arch.json");
  }
  if (count > 1) {
    throw Error(model + ": has " + std::to_string(count) +
                " parts for the DPU, but this program runs networks of one; `zoo show " +
                base_name(model) + "` names the op that splits it");
  }
  return network;
}

void check_arch(const Network& network, const std::string& model, const std::string& arch) {
  const std::uint64_t wanted = read_fingerprint(arch);
  if (!network.dpu->has_attr(kFingerprint)) {
    throw Error(model + ": its DPU part has no fingerprint; compile it again with compile.sh");
  }
  const auto found = network.dpu->get_attr<std::uint64_t>(kFingerprint);
  if (found == wanted) return;
  throw Error(model + ": compiled for the DPU " + hexadecimal(found) + ", but " + arch + " names " +
              hexadecimal(wanted) + "; compile it with that arch.json: sh compile.sh");
}

}  // namespace zoo::vart_backend
