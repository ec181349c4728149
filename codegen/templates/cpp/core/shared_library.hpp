// A library that is loaded at run time, so the program depends on no version of it.
#pragma once

#include <string>

namespace zoo {

// A library's names, and how the user gives it.
struct LibraryNames {
  const char* title;              // "ONNX Runtime"
  const char* option;             // "--onnxruntime"; null if only the variable gives it
  const char* variable;           // "ZOO_ONNXRUNTIME"
  const char* file;               // "libonnxruntime.so"; versions may follow
  const char* remedy;             // what to do if it is missing
  const char* silence = nullptr;  // variable that turns off its usage data, if any
};

// An open library. It is never closed because runtimes leave threads running.
class SharedLibrary {
 public:
  // Opens the given file, else the variable's, else the one in ../lib, else the system's.
  // Throws Error with the places searched.
  SharedLibrary(const LibraryNames& names, const std::string& given);

  // Address of a function; throws Error if the library does not have it.
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
