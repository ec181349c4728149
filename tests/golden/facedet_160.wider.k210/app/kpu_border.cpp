// Generated from the network of facedet_160.wider.
#include "kpu_border.hpp"

namespace zoo {

const std::vector<c99::IntegerTensor> kKpuInputs = {
    {{"image", {3, 6, 6}}, false, 0.0078125f, 128, false},
};
const std::vector<c99::IntegerTensor> kKpuOutputs = {
    {{"faces_8", {5, 20, 20}}, false, 0.013898087665438652f, 148, false},
    {{"faces_16", {5, 10, 10}}, false, 0.013898087665438652f, 148, false},
    {{"faces_32", {5, 5, 5}}, false, 0.013898087665438652f, 148, false},
};

}  // namespace zoo
