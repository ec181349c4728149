// Declarations as in SDL 2.0's headers, whose binary interface is the same in all of SDL2.
#include "core/window.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "core/shared_library.hpp"

namespace zoo {

namespace {

constexpr LibraryNames kSdlNames{
    "SDL2",
    nullptr,
    "ZOO_SDL2",
    "libSDL2-2.0.so.0",
    "--window needs it: apt install libsdl2-2.0-0, or use --overlay DIRECTORY instead",
};

constexpr std::uint32_t kVideo = 0x20;
constexpr std::uint32_t kResizable = 0x20;
constexpr int kCentred = 0x2FFF0000;
constexpr std::uint32_t kRgb24 = 0x17101803;
constexpr int kStreaming = 1;

constexpr std::uint32_t kQuit = 0x100;
constexpr std::uint32_t kWindowEvent = 0x200;
constexpr std::uint32_t kKeyDown = 0x300;
constexpr std::uint8_t kClose = 14;
constexpr std::int32_t kEscape = 27;

// Larger pictures are shown smaller.
constexpr double kShownWidthMax = 1280;
constexpr double kShownHeightMax = 720;

// SDL_Event, a union of at most 56 bytes. All events begin with their type.
using SdlEvent = std::array<std::uint8_t, 128>;

template <class Number>
Number number_at(const SdlEvent& event, std::size_t offset) {
  Number number;
  std::memcpy(&number, event.data() + offset, sizeof number);
  return number;
}

bool closes(const SdlEvent& event) {
  const auto type = number_at<std::uint32_t>(event, 0);
  const bool is_close = type == kWindowEvent && number_at<std::uint8_t>(event, 12) == kClose;
  const bool is_escape = type == kKeyDown && number_at<std::int32_t>(event, 20) == kEscape;
  return type == kQuit || is_close || is_escape;
}

}  // namespace

// The library's functions, and what is open. The screen is given back with it.
struct Window::Sdl {
  SharedLibrary library{kSdlNames, ""};
  int (*set_hint)(const char* name, const char* value);
  int (*init)(std::uint32_t parts);
  void (*quit)();
  const char* (*get_error)();
  const char* (*get_driver)();
  void* (*create_window)(const char* title, int x, int y, int width, int height, std::uint32_t);
  void* (*create_renderer)(void* window, int driver, std::uint32_t flags);
  int (*set_logical_size)(void* renderer, int width, int height);
  void* (*create_texture)(void* renderer, std::uint32_t format, int access, int width, int height);
  void (*destroy_texture)(void* texture);
  int (*update_texture)(void* texture, const void* part, const void* pixels, int row_bytes);
  int (*clear)(void* renderer);
  int (*copy)(void* renderer, void* texture, const void* from, const void* to);
  void (*present)(void* renderer);
  int (*poll_event)(SdlEvent* event);

  void* renderer = nullptr;
  void* texture = nullptr;
  int width = 0;
  int height = 0;

  Sdl() {
    bind(set_hint, "SDL_SetHint");
    bind(init, "SDL_Init");
    bind(quit, "SDL_Quit");
    bind(get_error, "SDL_GetError");
    bind(get_driver, "SDL_GetCurrentVideoDriver");
    bind(create_window, "SDL_CreateWindow");
    bind(create_renderer, "SDL_CreateRenderer");
    bind(set_logical_size, "SDL_RenderSetLogicalSize");
    bind(create_texture, "SDL_CreateTexture");
    bind(destroy_texture, "SDL_DestroyTexture");
    bind(update_texture, "SDL_UpdateTexture");
    bind(clear, "SDL_RenderClear");
    bind(copy, "SDL_RenderCopy");
    bind(present, "SDL_RenderPresent");
    bind(poll_event, "SDL_PollEvent");
  }

  template <class Function>
  void bind(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(library.symbol(name));
  }

  // Throws Error for what a function returned to say that it failed.
  void check(bool is_good, const char* what) const {
    if (!is_good) fail(what, get_error());
  }

  [[noreturn]] static void fail(const std::string& what, const std::string& why) {
    throw Error("--window: SDL2 cannot " + what + " (" + why +
                "); start the program in a desktop session, or use --overlay DIRECTORY instead");
  }

  void open(const std::string& title, const Image& image) {
    const double scale =
        std::min({1.0, kShownWidthMax / image.width, kShownHeightMax / image.height});
    const auto scaled = [scale](int side) { return std::max(1, static_cast<int>(side * scale)); };
    void* window = create_window(title.c_str(), kCentred, kCentred, scaled(image.width),
                                 scaled(image.height), kResizable);
    check(window != nullptr, "open a window");
    renderer = create_renderer(window, -1, 0);
    check(renderer != nullptr, "draw into a window");
  }

  void fit(const Image& image) {
    if (texture != nullptr && image.width == width && image.height == height) return;
    if (texture != nullptr) destroy_texture(texture);
    width = image.width;
    height = image.height;
    texture = create_texture(renderer, kRgb24, kStreaming, width, height);
    check(texture != nullptr, "show a picture of this size");
    set_logical_size(renderer, width, height);
  }
};

Window::Window(const std::string& title) : sdl_(std::make_unique<Sdl>()), title_(title) {
  // SDL2's libraries would print lines of their own.
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("SDL_VIDEODRIVER")) {
    Sdl::fail("find a screen", "neither DISPLAY nor WAYLAND_DISPLAY is set");
  }
  sdl_->set_hint("SDL_NO_SIGNAL_HANDLERS", "1");  // Ctrl+C stays the program's
  sdl_->check(sdl_->init(kVideo) == 0, "find a screen");
  // Where there is none, SDL2 may draw for nobody.
  const std::string driver = sdl_->get_driver();
  if (driver == "offscreen" || driver == "dummy") Sdl::fail("find a screen", driver + " only");
}

Window::~Window() { sdl_->quit(); }

void Window::show(const Image& image) {
  if (sdl_->renderer == nullptr) sdl_->open(title_, image);
  sdl_->fit(image);
  sdl_->update_texture(sdl_->texture, nullptr, image.pixels.data(), 3 * image.width);
  sdl_->clear(sdl_->renderer);
  sdl_->copy(sdl_->renderer, sdl_->texture, nullptr, nullptr);
  sdl_->present(sdl_->renderer);
}

bool Window::is_open() {
  SdlEvent event{};
  while (sdl_->poll_event(&event) != 0) is_open_ = is_open_ && !closes(event);
  return is_open_;
}

}  // namespace zoo
