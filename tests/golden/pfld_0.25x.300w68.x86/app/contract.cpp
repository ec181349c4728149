// What happens before and after pfld_0.25x.300w68. Generated from its contract.
#include "contract.hpp"

#include "steps/aspect_ratios.hpp"
#include "steps/crop.hpp"
#include "steps/head_pose.hpp"
#include "steps/landmarks.hpp"
#include "steps/normalize.hpp"
#include "steps/resize.hpp"

namespace zoo::contract {

void preprocess(Frame& frame) {
  crop(frame, 1.2);
  resize(frame, {112, 112});
  normalize(frame, {128, 128, 128}, {128, 128, 128});
}

void postprocess(Values& values, const Frame& frame) {
  landmarks(values, frame, "landmarks", 68);
  aspect_ratios(values, frame, "ibug68");
  head_pose(values, frame, {17, 21, 22, 26, 27, 30, 33, 36, 39, 42, 45},
            {
                {-0.6649, -0.5823, 0.1043},
                {-0.1362, -0.6222, -0.3148},
                {0.1362, -0.6222, -0.3148},
                {0.6649, -0.5823, 0.1043},
                {0.0, -0.4511, -0.3074},
                {0.0, -0.0327, -0.5757},
                {0.0, 0.1151, -0.3708},
                {-0.5, -0.431, 0.0185},
                {-0.215, -0.4124, -0.0641},
                {0.215, -0.4124, -0.0641},
                {0.5, -0.431, 0.0185},
            });
}

}  // namespace zoo::contract
