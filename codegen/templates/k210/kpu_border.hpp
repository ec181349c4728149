// The kmodel's one input, integers [C, H, W], and outputs, which the SDK gives as reals [C, H, W].
#pragma once

#include <vector>

#include "backends/c99_tensor.hpp"

namespace zoo {

extern const std::vector<c99::IntegerTensor> kKpuInputs;
extern const std::vector<c99::IntegerTensor> kKpuOutputs;

}  // namespace zoo
