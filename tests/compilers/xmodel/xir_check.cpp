// Compares an .xmodel with what AMD's XIR knows of it: xir_check FILE.xmodel [COPY.xmodel]
// Every op must be one of XIR's own, with the attributes and arguments of its definition, and the
// stored shape and type must be those that XIR infers. Writes problems to stderr; exits with 1 for
// any. XIR itself aborts on files that it cannot load. COPY is the file as XIR writes it.
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>
#include <xir/attrs/attrs.hpp>
#include <xir/graph/graph.hpp>
#include <xir/op/op.hpp>
#include <xir/op/op_def.hpp>
#include <xir/tensor/tensor.hpp>

void register_built_in_ops(xir::OpDefFactory* self);  // exported by libxir, in no header

namespace {

using Shape = std::vector<std::int32_t>;

class Names : public xir::OpDefFactory {
 public:
  Names() { register_built_in_ops(this); }
  void register_h(const xir::OpDef& definition) override { names_.insert(definition.name()); }
  bool hold(const std::string& name) const { return names_.count(name) != 0; }

 private:
  std::set<std::string> names_;
};

class Problems {
 public:
  void add(const xir::Op* op, const std::string& what) {
    std::cerr << op->get_name() << " (" << op->get_type() << "): " << what << "\n";
    ++count_;
  }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

std::string text(const Shape& shape) {
  std::string listed;
  for (const auto size : shape) listed += (listed.empty() ? "" : ",") + std::to_string(size);
  return "[" + listed + "]";
}

void check_attributes(const xir::Op* op, Problems& problems) {
  for (const xir::AttrDef& definition : op->get_opdef()->attrs()) {
    if (!op->has_attr(definition.name)) {
      if (definition.occur_type == xir::AttrDef::REQUIRED) {
        problems.add(op, "lacks the attribute " + definition.name);
      }
    } else if (definition.data_type != op->get_attr(definition.name).type()) {
      problems.add(op, "attribute " + definition.name + " has another type than XIR's");
    }
  }
}

void check_arguments(const xir::Op* op, Problems& problems) {
  auto given = op->get_input_ops();
  for (const xir::OpArgDef& definition : op->get_opdef()->input_args()) {
    const bool required = definition.occur_type == xir::OpArgDef::REQUIRED ||
                          definition.occur_type == xir::OpArgDef::REQUIRED_AND_REPEATED;
    if (required && given[definition.name].empty()) {
      problems.add(op, "lacks the argument " + definition.name);
    }
    given.erase(definition.name);
  }
  for (const auto& [name, ops] : given) {
    if (!ops.empty()) problems.add(op, "has the argument " + name + ", which XIR does not know");
  }
}

using Stored = std::map<std::string, std::pair<Shape, std::string>>;

std::pair<Shape, std::string> stored(const xir::Op* op) {
  const xir::Tensor* tensor = op->get_output_tensor();
  return {tensor->get_shape(), tensor->get_data_type().to_string()};
}

void check_inference(xir::Graph* graph, Problems& problems) {
  Stored before;
  const auto ops = graph->topological_sort();
  for (const xir::Op* op : ops) before[op->get_name()] = stored(op);
  graph->infer_shape();
  for (const xir::Op* op : ops) {
    const auto& [shape, type] = before[op->get_name()];
    const auto [inferred_shape, inferred_type] = stored(op);
    if (shape != inferred_shape) {
      problems.add(op, "has the shape " + text(shape) + ", XIR infers " + text(inferred_shape));
    }
    if (type != inferred_type) {
      problems.add(op, "has the type " + type + ", XIR infers " + inferred_type);
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::cerr << "usage: xir_check FILE.xmodel [COPY.xmodel]\n";
    return 2;
  }
  const Names built_in;
  Problems problems;
  const auto graph = xir::Graph::deserialize(words[1]);
  if (count > 2) graph->serialize(words[2]);
  for (const xir::Op* op : graph->topological_sort()) {
    if (!built_in.hold(op->get_type())) problems.add(op, "is no op of XIR");
    check_attributes(op, problems);
    check_arguments(op, problems);
  }
  if (problems.count() == 0) check_inference(graph.get(), problems);
  std::cout << "ops " << graph->get_op_num() << " problems " << problems.count() << "\n";
  return problems.count() == 0 ? 0 : 1;
}
