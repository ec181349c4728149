#include "core/shared_library.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

// Files whose name starts with the library's, such as libonnxruntime.so.1.20.1.
std::vector<std::string> bundled(const LibraryNames& names) {
  const std::string directory = program_directory() + "/../lib";
  std::vector<std::string> found;
  if (!is_directory(directory)) return found;
  for (const std::string& name : list_directory(directory)) {
    if (name.rfind(names.file, 0) == 0) found.push_back(directory + "/" + name);
  }
  return found;
}

// Where to look, best first. A file that the user gave is the only place.
std::vector<std::string> places(const LibraryNames& names, const std::string& given) {
  if (!given.empty()) return {given};
  const char* variable = std::getenv(names.variable);
  if (variable != nullptr && *variable != '\0') return {variable};
  std::vector<std::string> paths = bundled(names);
  paths.emplace_back(names.file);
  paths.push_back(std::string(names.file) + ".1");
  return paths;
}

}  // namespace

SharedLibrary::SharedLibrary(const LibraryNames& names, const std::string& given)
    : title_(names.title) {
  // Some libraries read it while they load.
  if (names.silence != nullptr) setenv(names.silence, "1", 1);
  std::string tried;
  for (const std::string& path : places(names, given)) {
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) {
      path_ = path;
      return;
    }
    tried += "\n  " + std::string(dlerror());
  }
  const std::string option = names.option == nullptr ? "" : std::string(names.option) + " FILE or ";
  throw Error(title_ + " cannot be loaded:" + tried + "\nGive the library with " + option +
              names.variable + "=FILE, or put it into " + program_directory() + "/../lib; " +
              names.remedy);
}

void* SharedLibrary::symbol(const char* name) const {
  void* address = dlsym(handle_, name);
  if (address == nullptr) {
    throw Error(path_ + ": has no function " + name + ", so it is not " + title_);
  }
  return address;
}

bool SharedLibrary::has(const char* name) const { return dlsym(handle_, name) != nullptr; }

}  // namespace zoo
