// Pictures that show what was found.
#pragma once

#include <string>
#include <vector>

#include "core/finding.hpp"

namespace zoo {

// Returns the photo with the processed boxes, short values and states drawn into it, and the values
// 'landmarks' [K, 2], 'boxes' [N, 4] with their 'labels', 'classes' and 'scores' [N], the best
// classes of step top_k, and 'mask' with a legend.
Image draw(const Photo& photo, const std::vector<Finding>& findings);

// Writes a text into the upper left corner, if the picture has room for it.
void write_note(Image& image, const std::string& text);

// File name for a photo's overlay: photo.png, photo.jpg.png, or video0_000012.png for frames.
std::string overlay_name(const Photo& photo);

}  // namespace zoo
