// Runs the DPU part of an .xmodel by AMD's VART: vart_run FILE.xmodel INPUT OUTPUT
// INPUT and OUTPUT hold the int8 values of the only input and the only output.
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vart/mm/host_flat_tensor_buffer.hpp>
#include <vart/runner.hpp>
#include <vector>
#include <xir/graph/graph.hpp>
#include <xir/graph/subgraph.hpp>
#include <xir/tensor/tensor.hpp>

namespace {

using Buffer = vart::mm::HostFlatTensorBuffer;

const xir::Subgraph* dpu_part(xir::Graph* graph) {
  for (const xir::Subgraph* part : graph->get_root_subgraph()->children_topological_sort()) {
    if (part->get_attr<std::string>("device") == "DPU") return part;
  }
  throw std::runtime_error("no part for the DPU");
}

char* data(Buffer* buffer) {
  const std::vector<std::int32_t> first(buffer->get_tensor()->get_shape().size(), 0);
  return reinterpret_cast<char*>(buffer->data(first).first);
}

void print(const std::string& role, const xir::Tensor* tensor) {
  std::cout << role << " " << tensor->get_name() << " " << tensor->get_data_type().to_string()
            << " " << tensor->get_attr<std::int32_t>("fix_point") << "\n";
}

void run(const std::string& model, const std::string& input, const std::string& output) {
  const auto graph = xir::Graph::deserialize(model);
  const auto runner = vart::Runner::create_runner(dpu_part(graph.get()), "run");
  const xir::Tensor* read = runner->get_input_tensors().at(0);
  const xir::Tensor* written = runner->get_output_tensors().at(0);
  print("input", read);
  print("output", written);
  Buffer from(read), to(written);
  std::ifstream(input, std::ios::binary).read(data(&from), read->get_data_size());
  const auto [job, status] = runner->execute_async({&from}, {&to});
  if (status != 0 || runner->wait(static_cast<int>(job), -1) != 0) {
    throw std::runtime_error("the runner failed");
  }
  std::ofstream(output, std::ios::binary).write(data(&to), written->get_data_size());
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::cerr << "usage: vart_run FILE.xmodel INPUT OUTPUT\n";
    return 2;
  }
  run(words[1], words[2], words[3]);
  return 0;
}
