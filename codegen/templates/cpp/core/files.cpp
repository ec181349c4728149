#include "core/files.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/input_file.hpp"
#include "steps/frame.hpp"

namespace zoo {

namespace {

bool has_mode(const std::string& path, mode_t mode) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & S_IFMT) == mode;
}

std::string after_last(const std::string& text, char separator, const std::string& otherwise) {
  const std::size_t at = text.rfind(separator);
  return at == std::string::npos ? otherwise : text.substr(at + 1);
}

}  // namespace

bool is_file(const std::string& path) { return has_mode(path, S_IFREG); }

bool is_directory(const std::string& path) { return has_mode(path, S_IFDIR); }

bool is_character_device(const std::string& path) { return has_mode(path, S_IFCHR); }

bool is_present(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool is_same_file(const std::string& path, const std::string& other) {
  struct stat one = {};
  struct stat two = {};
  return stat(path.c_str(), &one) == 0 && stat(other.c_str(), &two) == 0 &&
         one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

std::vector<std::string> list_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) throw Error(path + ": cannot be listed (" + std::strerror(errno) + ")");
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory.get())) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

void make_directory(const std::string& path) {
  if (is_directory(path) || mkdir(path.c_str(), 0777) == 0) return;
  throw Error(path + ": cannot create this directory (" + std::strerror(errno) + ")");
}

std::string read_file(const std::string& path) {
  InputFile file(path);
  std::string content;
  char block[65536];
  while (const std::size_t size = file.read(block, sizeof block)) content.append(block, size);
  return content;
}

void write_file(const std::string& path, const std::string& content) {
  const std::string part = path + ".part";
  FILE* file = std::fopen(part.c_str(), "wb");
  if (file == nullptr) throw Error(path + ": cannot be written (" + std::strerror(errno) + ")");
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  if (std::fclose(file) != 0 || !written || std::rename(part.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(part.c_str());
    throw Error(path + ": cannot be written (" + reason + ")");
  }
}

std::string base_name(const std::string& path) { return after_last(path, '/', path); }

std::string directory_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string stem(const std::string& path) {
  const std::string name = base_name(path);
  return name.substr(0, name.rfind('.'));
}

std::string lower_suffix(const std::string& path) {
  std::string suffix = after_last(base_name(path), '.', "");
  for (char& letter : suffix) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return suffix;
}

std::string program_directory() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? directory_name(std::string(path, static_cast<std::size_t>(size))) : ".";
}

}  // namespace zoo
