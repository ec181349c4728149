// Pre- and post-processing of pfld_0.25x.300w68. Generated from its contract.
#include "core/contract.hpp"

#include "steps/aspect_ratios.hpp"
#include "steps/crop.hpp"
#include "steps/head_pose.hpp"
#include "steps/interval.hpp"
#include "steps/landmarks.hpp"
#include "steps/normalize.hpp"
#include "steps/rate.hpp"
#include "steps/relative.hpp"
#include "steps/resize.hpp"
#include "steps/share.hpp"
#include "steps/within.hpp"

namespace zoo {

namespace {

// pfld_0.25x.300w68
namespace network {

void preprocess(Frame& frame) {
  crop(frame, 1.2, {1, 1});
  resize(frame, {112, 112}, "antialiased");
  normalize_pixels(frame, {128, 128, 128}, {128, 128, 128});
}

void postprocess(Values& values, const Frame& frame) {
  landmarks(values, frame, "landmarks", 68,
            {
                {0.1027, 0.2665},
                {0.1057, 0.3711},
                {0.1171, 0.4755},
                {0.1387, 0.5778},
                {0.1793, 0.6729},
                {0.2419, 0.7558},
                {0.3185, 0.8252},
                {0.4035, 0.8808},
                {0.5, 0.8967},
                {0.5965, 0.8808},
                {0.6815, 0.8252},
                {0.7581, 0.7558},
                {0.8207, 0.6729},
                {0.8613, 0.5778},
                {0.8829, 0.4755},
                {0.8943, 0.3711},
                {0.8973, 0.2665},
                {0.1793, 0.184},
                {0.2285, 0.1414},
                {0.2965, 0.1289},
                {0.367, 0.1386},
                {0.4342, 0.1646},
                {0.5658, 0.1646},
                {0.633, 0.1386},
                {0.7035, 0.1289},
                {0.7715, 0.1414},
                {0.8207, 0.184},
                {0.5, 0.2486},
                {0.5, 0.3172},
                {0.5, 0.3851},
                {0.5, 0.4548},
                {0.4201, 0.5009},
                {0.4586, 0.515},
                {0.5, 0.5275},
                {0.5414, 0.515},
                {0.5799, 0.5009},
                {0.2587, 0.2585},
                {0.3008, 0.2333},
                {0.3527, 0.234},
                {0.3962, 0.2676},
                {0.3486, 0.2776},
                {0.2977, 0.2768},
                {0.6038, 0.2676},
                {0.6473, 0.234},
                {0.6992, 0.2333},
                {0.7413, 0.2585},
                {0.7023, 0.2768},
                {0.6514, 0.2776},
                {0.3473, 0.6299},
                {0.403, 0.6061},
                {0.4605, 0.5942},
                {0.5, 0.6039},
                {0.5395, 0.5942},
                {0.597, 0.6061},
                {0.6527, 0.6299},
                {0.5989, 0.6846},
                {0.5429, 0.7082},
                {0.5, 0.7125},
                {0.4571, 0.7082},
                {0.4011, 0.6846},
                {0.3707, 0.6329},
                {0.4599, 0.6284},
                {0.5, 0.6325},
                {0.5401, 0.6284},
                {0.6293, 0.6329},
                {0.5408, 0.6567},
                {0.5, 0.6614},
                {0.4592, 0.6567},
            }, "xyxy", 2, true);
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

Observers observers_of_object() {
  Observers observers;
  relative(observers, "head_turn_deg", "head_pose", 0, "difference", 0.5, 0.0, 300.0, 1);
  relative(observers, "head_drop_deg", "head_pose", 1, "difference", 0.5, 0.0, 300.0, 1);
  within(observers, "ear_ahead", "ear", 0, "head_turn_deg", 0, {-30, 30});
  relative(observers, "eye_openness", "ear_ahead", 0, "ratio", 0.9, 0.6, 300.0, 4);
  interval(observers, "blink", "eye_openness", 0, "below", {0.5, 0.6}, 0.2, 0.0, 0.5);
  interval(observers, "long_blink", "eye_openness", 0, "below", {0.5, 0.6}, 0.2, 0.5, 1);
  interval(observers, "microsleep", "eye_openness", 0, "below", {0.5, 0.6}, 0.2, 1, 86400.0);
  rate(observers, {"blinks_per_minute", "blink_s"}, "blink", 60.0, 60.0);
  share(observers, "perclos", "eye_openness", 0, "below", 0.2, 60.0, 60.0);
  interval(observers, "drowsy", "perclos", 0, "above", {0.15, 0.12}, 0.3, 0.0, 86400.0);
  interval(observers, "yawn", "mar", 0, "above", {0.4, 0.3}, 0.6, 2, 86400.0);
  interval(observers, "nod", "head_drop_deg", 0, "below", {-15, -10}, -30, 0.2, 2);
  interval(observers, "looking_down", "head_drop_deg", 0, "below", {-15, -10}, -30, 2, 86400.0);
  interval(observers, "looking_away", "head_turn_deg", 0, "beyond", {30, 25}, 45, 2, 86400.0);
  return observers;
}

const Contract kOwn = {
    "pfld_0.25x.300w68",
    "model.onnx",
    {},
    {"image", {3, 112, 112}},
    {
        {"landmarks", {136}},
    },
    true,
    preprocess,
    postprocess,
    observers_of_object,
};

}  // namespace network

}  // namespace

const Contract kContract = network::kOwn;
const std::optional<Detector> kDetector = std::nullopt;

}  // namespace zoo
