#include "core/source.hpp"

#include "core/camera.hpp"
#include "core/files.hpp"
#include "core/picture_files.hpp"
#include "core/raw_frames.hpp"

namespace zoo {

std::unique_ptr<Source> open_source(const std::string& name) {
  if (name.rfind("raw:", 0) == 0) return std::make_unique<RawFrames>(name);
  if (name.rfind("/dev/", 0) == 0) return std::make_unique<Camera>(name);
  return std::make_unique<PictureFiles>(name);
}

}  // namespace zoo
