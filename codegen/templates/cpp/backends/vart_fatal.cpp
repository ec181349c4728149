#include "backends/vart_fatal.hpp"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace zoo::vart_backend {

namespace {

// google::InstallFailureFunction(void (*)()) of glog, which VART brings. It is looked up by name,
// because boards have different versions of glog and this program must work with all.
constexpr const char* kInstallFailureFunction = "_ZN6google22InstallFailureFunctionEPFvvE";

// The handler has no arguments. Empty if no explanation is set.
std::string message;

[[noreturn]] void end() {
  if (message.empty()) std::abort();
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::_Exit(1);
}

}  // namespace

FatalMessage::FatalMessage(const Explanation& explanation) {
  message = explanation.doing + "; " + explanation.remedy;
  void* install = dlsym(RTLD_DEFAULT, kInstallFailureFunction);
  if (install != nullptr) reinterpret_cast<void (*)(void (*)())>(install)(end);
}

FatalMessage::~FatalMessage() { message.clear(); }

}  // namespace zoo::vart_backend
