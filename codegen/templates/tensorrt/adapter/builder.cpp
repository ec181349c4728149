#include <NvOnnxParser.h>

#include "adapter/adapter.hpp"

namespace zoo::tensorrt {

namespace {

using nvinfer1::BuilderFlag;
using nvinfer1::IBuilder;
using nvinfer1::IBuilderConfig;
using nvinfer1::INetworkDefinition;
using Flag = nvinfer1::NetworkDefinitionCreationFlag;

// TensorRT before 8.4 has none by default; the Jetson Nano has 4 GB in total.
#if ZOO_TENSORRT < 804
constexpr std::size_t kWorkspaceBytes = std::size_t{256} << 20;
#endif

std::unique_ptr<INetworkDefinition> make_network(IBuilder& builder, bool is_strongly_typed) {
#if ZOO_TENSORRT >= 1100
  if (!is_strongly_typed) {
    throw std::runtime_error(
        "this network's precision is given by flags, which neither TensorRT 11 nor TensorRT-RTX "
        "has; build the bundle for a target with typing 'strong'");
  }
#endif
#if ZOO_TENSORRT >= 1000
  const unsigned flags =
      is_strongly_typed ? 1U << static_cast<unsigned>(Flag::kSTRONGLY_TYPED) : 0U;
#else
  if (is_strongly_typed) {
    throw std::runtime_error(
        "this network's types give its precision, which needs TensorRT 10 or newer; update "
        "JetPack or TensorRT, or build the bundle for a target with typing 'weak'");
  }
  const unsigned flags = 1U << static_cast<unsigned>(Flag::kEXPLICIT_BATCH);
#endif
  return own(builder.createNetworkV2(flags), "make a network");
}

// The parser owns the network's weights, so it must live until the engine is built.
std::unique_ptr<nvonnxparser::IParser> parse(INetworkDefinition& network, Bytes onnx) {
  auto parser = own(nvonnxparser::createParser(network, the_log()), "make its ONNX parser");
  if (parser->parse(onnx.data, onnx.size)) return parser;
  std::string text = "TensorRT cannot read the network:";
  for (int i = 0; i < parser->getNbErrors(); ++i)
    text += std::string(" ") + parser->getError(i)->desc();
  throw std::runtime_error(text);
}

// Computes in the requested precision only.
std::unique_ptr<IBuilderConfig> configure(IBuilder& builder, const Settings& settings) {
  auto config = own(builder.createBuilderConfig(), "make settings");
  config->clearFlag(BuilderFlag::kTF32);  // float32 with products of 11 bits
#if ZOO_TENSORRT < 804
  config->setMaxWorkspaceSize(kWorkspaceBytes);
#endif
  if (settings.is_strongly_typed) return config;
#if ZOO_TENSORRT < 1100
  const std::string precision = settings.precision;
  if (precision == "fp16") config->setFlag(BuilderFlag::kFP16);
  if (precision == "int8") config->setFlag(BuilderFlag::kINT8);
#endif
  return config;
}

}  // namespace

void build(const Settings& settings, Bytes onnx, Bytes timings, Keep keep, void* engine_into,
           void* timings_into) {
  const auto builder = own(nvinfer1::createInferBuilder(the_log()), "make a builder");
  const auto network = make_network(*builder, settings.is_strongly_typed);
  const auto parser = parse(*network, onnx);
  const auto config = configure(*builder, settings);
#if !ZOO_IS_RTX
  const auto cache =
      own(config->createTimingCache(timings.data, timings.size), "read timings.cache");
  config->setTimingCache(*cache, false);
#endif
  const auto plan =
      own(builder->buildSerializedNetwork(*network, *config), "build an engine of this network");
  keep(engine_into, {plan->data(), plan->size()});
#if !ZOO_IS_RTX
  const auto kept = own(cache->serialize(), "write timings.cache");
  keep(timings_into, {kept->data(), kept->size()});
#endif
}

}  // namespace zoo::tensorrt
