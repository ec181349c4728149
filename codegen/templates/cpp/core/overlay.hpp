// Pictures that show what was found.
#pragma once

#include <string>
#include <vector>

#include "core/face.hpp"

namespace zoo {

// Returns the photo with boxes, landmarks and short values drawn into it.
Image draw(const Photo& photo, const std::vector<Face>& faces);

// File name for a photo's overlay: photo.png, photo.jpg.png, or video0_000012.png for frames.
std::string overlay_name(const Photo& photo);

}  // namespace zoo
