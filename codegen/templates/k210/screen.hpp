// Draws what was found into the camera's picture for the screen.
#pragma once

#include "board/board.h"
#include "core/finding.hpp"

namespace zoo {

// Frames of "boxes" [N, 4], and dots of "landmarks" [K, 2].
void draw(const CameraFrame& frame, const Finding& finding);

}  // namespace zoo
