// Pre- and post-processing of facedet_160.wider. Generated from its contract.
#include "core/contract.hpp"

#include "steps/boxes.hpp"
#include "steps/crop.hpp"
#include "steps/nms.hpp"
#include "steps/normalize.hpp"
#include "steps/resize.hpp"

namespace zoo {

namespace {

// facedet_160.wider
namespace network {

void preprocess(Frame& frame) {
  crop(frame, 1.0, {1, 1});
  resize(frame, {160, 160}, "antialiased");
  normalize_pixels(frame, {128, 128, 128}, {128, 128, 128});
}

void postprocess(Values& values, const Frame& frame) {
  boxes(values, frame, "distances", {"faces_8", "faces_16", "faces_32"},
        {"faces_8", "faces_16", "faces_32"}, {"faces_8", "faces_16", "faces_32"}, "first", 1, 0, -1,
        1, "sigmoid", "product", "none", 0.65, {8, 16, 32}, {}, "stride", 0.5, {0.1, 0.2}, 16, "xy",
        false, {"face"}, {"faces_8", "faces_16", "faces_32"}, 0, 0, 2);
  nms(values, frame, 45, 32, 256, true);
  values.erase("faces_8");
  values.erase("faces_16");
  values.erase("faces_32");
  values.erase("candidate_boxes");
  values.erase("candidate_scores");
  values.erase("candidate_classes");
  values.erase("candidate_labels");
}

const Contract kOwn = {
    "facedet_160.wider",
    "network.kmodel",
    {},
    {"image", {3, 160, 160}},
    {
        {"faces_8", {5, 20, 20}},
        {"faces_16", {5, 10, 10}},
        {"faces_32", {5, 5, 5}},
    },
    false,
    preprocess,
    postprocess,
    nullptr,
};

}  // namespace network

}  // namespace

const Contract kContract = network::kOwn;
const std::optional<Detector> kDetector = std::nullopt;

}  // namespace zoo
