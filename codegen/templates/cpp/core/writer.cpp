#include "core/writer.hpp"

#include <cstdio>

#include "core/files.hpp"
#include "core/image_file.hpp"
#include "core/overlay.hpp"
#include "core/record.hpp"

namespace zoo {

Writer::Writer(const std::string& raw_outputs, const std::string& overlay_directory, bool tells)
    : raw_outputs_(raw_outputs), overlay_directory_(overlay_directory), tells_(tells) {
  if (!overlay_directory_.empty()) make_directory(overlay_directory_);
  if (!raw_outputs_.empty()) raw_.open(raw_outputs_, std::ios::trunc);
  if (!raw_) throw Error(raw_outputs_ + ": cannot be written");
}

void Writer::write(const Photo& photo, const std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const int number = static_cast<int>(i);
    std::printf("%s\n", record(photo, number, findings[i]).c_str());
    if (raw_.is_open()) raw_ << raw_record(photo, number, findings[i]) << std::endl;
  }
  std::fflush(stdout);
  if (!raw_) throw Error(raw_outputs_ + ": cannot be written");
  if (!overlay_directory_.empty()) {
    write_png(overlay_directory_ + "/" + overlay_name(photo), draw(photo, findings));
  }
}

void Writer::write(const std::vector<ObjectEvent>& events) {
  for (const ObjectEvent& event : events) {
    std::printf("%s\n", event_record(event).c_str());
    if (tells_) std::fprintf(stderr, "%s\n", event_text(event).c_str());
  }
  std::fflush(stdout);
}

}  // namespace zoo
