#include "core/writer.hpp"

#include <cstdio>

#include "core/files.hpp"
#include "core/image_file.hpp"
#include "core/overlay.hpp"
#include "core/record.hpp"
#include "core/standard_output.hpp"
#include "core/usage.hpp"

namespace zoo {

Writer::Writer(const std::string& raw_outputs, const std::string& overlay_directory, bool tells)
    : raw_outputs_(raw_outputs), overlay_directory_(overlay_directory), tells_(tells) {
  if (!overlay_directory_.empty()) make_directory(overlay_directory_);
  if (!raw_outputs_.empty()) raw_.open(raw_outputs_, std::ios::trunc);
  if (!raw_) throw Error(raw_outputs_ + ": cannot be written");
}

void Writer::write(const Photo& photo, const std::vector<Finding>& findings) {
  if (!overlay_directory_.empty()) check_apart(photo);
  std::string records;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const int number = static_cast<int>(i);
    records += record(photo, number, findings[i]) + "\n";
    if (raw_.is_open()) raw_ << raw_record(photo, number, findings[i]) << std::endl;
  }
  print(records);
  if (!raw_) throw Error(raw_outputs_ + ": cannot be written");
  if (!overlay_directory_.empty()) {
    write_png(overlay_directory_ + "/" + overlay_name(photo), draw(photo, findings));
  }
}

void Writer::check_apart(const Photo& photo) const {
  const std::string& source = photo.source;
  const bool is_beside =
      is_file(source) && is_same_file(directory_name(source), overlay_directory_);
  if (is_beside || is_same_file(source, overlay_directory_ + "/" + overlay_name(photo))) {
    throw UsageError("--overlay " + overlay_directory_ + ": " + source +
                     " is there, which an overlay could replace; name another directory");
  }
}

void Writer::write(const std::vector<ObjectEvent>& events) {
  for (const ObjectEvent& event : events) {
    print(event_record(event) + "\n");
    if (tells_) std::fprintf(stderr, "%s\n", event_text(event).c_str());
  }
}

}  // namespace zoo
