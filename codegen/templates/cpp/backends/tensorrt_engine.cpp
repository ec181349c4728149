#include "backends/tensorrt_engine.hpp"

#include <cstdio>
#include <optional>

#include "backends/tensorrt_facts.hpp"
#include "backends/tensorrt_sha256.hpp"
#include "core/files.hpp"
#include "core/usage.hpp"
#include "steps/frame.hpp"

namespace zoo::tensorrt {

namespace {

constexpr char kEngine[] = "/model.engine";
constexpr char kFacts[] = "/engine.json";
constexpr char kTimings[] = "/timings.cache";

void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

// The network's bytes and what to build from them.
struct Network {
  std::string onnx;
  Facts facts;
};

Network read_network(const EnginePlaces& places) {
  const std::string& path = places.onnx;
  if (!is_file(path))
    throw UsageError(path + ": no such model; " + places.option + " FILE names it");
  Network network{read_file(path), read_facts(directory_name(path) + kFacts)};
  if (sha256(network.onnx) != network.facts.onnx_sha256) {
    throw Error(path +
                ": is not the network that engine.json beside it was written for; copy the "
                "whole bundle again");
  }
  return network;
}

// Loads the engine of a directory, if there is one for this network, GPU and TensorRT.
std::optional<LoadedEngine> try_load(const Library& library, const std::string& directory,
                                     const Network& network) {
  const std::string path = directory + kEngine;
  if (!is_file(path) || !is_file(directory + kFacts)) return std::nullopt;
  const Facts facts = read_facts(directory + kFacts);
  std::string why = misfit(facts, library.gpu());
  const std::string engine = read_file(path);
  if (facts.onnx_sha256 != network.facts.onnx_sha256) why = "was built from another network";
  if (sha256(engine) != facts.engine_sha256) why = "is damaged, its SHA-256 is another";
  if (why.empty()) {
    try {
      return library.load(engine);
    } catch (const Error& error) {
      why = std::string("does not load: ") + error.what();
    }
  }
  say(path + ": " + why);
  return std::nullopt;
}

void keep(const std::string& directory, const Built& built, const Facts& facts) {
  try {
    make_directory(directory_name(directory));  // a detector's is inside the other network's
    make_directory(directory);
    write_file(directory + kTimings, built.timings);
    write_file(directory + kEngine, built.engine);
    write_file(directory + kFacts, to_json(facts));
  } catch (const Error& error) {
    say(std::string(error.what()) + "; so the engine is built again at each start: run once with " +
        "--build-engine as a user who may write there, or name another place with --engines");
  }
}

LoadedEngine build(const Library& library, const std::string& directory, const Network& network) {
  const Gpu& gpu = library.gpu();
  say("building the engine by " + describe(gpu) + "; this takes up to some minutes, once");
  const std::string timings = directory + kTimings;
  const Settings settings{network.facts.precision.c_str(), network.facts.typing == "strong"};
  const Built built =
      library.build(settings, network.onnx, is_file(timings) ? read_file(timings) : "");
  Facts facts = network.facts;
  facts.compute_capability = capability(gpu);
  facts.engine_sha256 = sha256(built.engine);
  facts.runtime = gpu.runtime;
  facts.version = gpu.version;
  keep(directory, built, facts);
  return library.load(built.engine);
}

}  // namespace

LoadedEngine open_engine(const Library& library, const EnginePlaces& places, bool anew) {
  const Network network = read_network(places);
  require_precision(network.facts.precision, library.gpu());
  if (!anew) {
    for (const std::string& directory : {places.directory, directory_name(places.onnx)}) {
      if (auto engine = try_load(library, directory, network)) return std::move(*engine);
    }
  }
  return build(library, places.directory, network);
}

}  // namespace zoo::tensorrt
