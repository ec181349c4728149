// Stand-in for the header of TensorRT's ONNX parser: own declarations of what adapter/ uses.
#pragma once

#include <NvInfer.h>

namespace nvonnxparser {

class IParserError {
 public:
  virtual ~IParserError() noexcept = default;
  virtual char const* desc() const noexcept = 0;
};

class IParser {
 public:
  virtual ~IParser() noexcept = default;
  virtual bool parse(void const* model, std::size_t size) noexcept = 0;
  virtual std::int32_t getNbErrors() const noexcept = 0;
  virtual IParserError const* getError(std::int32_t index) const noexcept = 0;
};

IParser* createParser(nvinfer1::INetworkDefinition& network, nvinfer1::ILogger& logger) noexcept;

}  // namespace nvonnxparser
