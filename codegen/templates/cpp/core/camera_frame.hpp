// Frames of cameras as pictures.
#pragma once

#include "core/camera_stream.hpp"

namespace zoo {

// Converts packed YUYV rows (BT.601, video range) or a JPEG picture to RGB; throws Error for a
// frame that is not whole, or of another size.
Image to_rgb(const CameraFrame& frame);

}  // namespace zoo
