// A compiled xmodel's part for the DPU.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <xir/graph/graph.hpp>
#include <xir/graph/subgraph.hpp>

namespace zoo::vart_backend {

// dpu: belongs to the graph.
struct Network {
  std::unique_ptr<xir::Graph> graph;
  const xir::Subgraph* dpu = nullptr;
};

// Loads an xmodel; throws Error unless it is compiled and has exactly one part for the DPU.
// option: that names the model.
Network open_network(const std::string& model, const std::string& option);

// Throws Error unless the network was compiled for the DPU of `arch`, an arch.json.
void check_arch(const Network& network, const std::string& model, const std::string& arch);

}  // namespace zoo::vart_backend
