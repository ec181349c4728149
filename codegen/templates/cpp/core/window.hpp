// A window on the screen, by SDL2, which is loaded at run time: programs without one do not need
// it.
#pragma once

#include <memory>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

class Window {
 public:
  // Opens with the first picture. Throws Error without SDL2 or a screen.
  explicit Window(const std::string& title);
  ~Window();

  // Shows an RGB picture; throws Error.
  void show(const Image& image);

  // Whether it is still open: neither closed nor Esc pressed until now.
  bool is_open();

 private:
  struct Sdl;
  std::unique_ptr<Sdl> sdl_;
  std::string title_;
  bool is_open_ = true;
};

}  // namespace zoo
