// Reads a picture with stb_image alone, as core/image_file.cpp does: "WIDTH HEIGHT" or "no".
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
// Its code for every processor, not that for x86.
#define STBI_NO_SIMD
#include "stb_image.h"

int main(int, char** words) {
  std::ifstream file(words[1], std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const auto* bytes = reinterpret_cast<const stbi_uc*>(content.data());
  int width = 0;
  int height = 0;
  int channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(bytes, static_cast<int>(content.size()), &width, &height,
                                          &channels, 3);
  if (pixels == nullptr) {
    std::printf("no\n");
  } else {
    std::printf("%d %d\n", width, height);
  }
  stbi_image_free(pixels);
  return 0;
}
