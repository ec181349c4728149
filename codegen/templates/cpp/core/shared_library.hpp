// A library that is loaded at run time, so that the program is tied to no version of it.
#pragma once

#include <string>

namespace zoo {

// How a library is called and asked for.
struct LibraryNames {
  const char* title;              // "ONNX Runtime"
  const char* option;             // "--onnxruntime"
  const char* variable;           // "ZOO_ONNXRUNTIME"
  const char* file;               // "libonnxruntime.so"; versions may follow
  const char* remedy;             // what to do where it is missing
  const char* silence = nullptr;  // variable that keeps it from sending usage data, where it does
};

// An open library; it is never closed, for runtimes leave threads behind.
class SharedLibrary {
 public:
  // Opens the given file, else the variable's, else ../lib beside the program, else the system's.
  // Throws Error with the places where it was looked for.
  SharedLibrary(const LibraryNames& names, const std::string& given);

  // Address of a function; throws Error where the library has none of this name.
  void* symbol(const char* name) const;

  // Whether the library has a function.
  bool has(const char* name) const;

  const std::string& path() const { return path_; }

 private:
  std::string title_;
  std::string path_;
  void* handle_ = nullptr;
};

}  // namespace zoo
