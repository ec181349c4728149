// Formats: PNG (third edition, 2025), JPEG (ITU-T T.81), Exif 3.0 (section 4.6.5), BMP
// (BITMAPINFOHEADER), PNM (netpbm).
#include "core/picture_header.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace zoo {

namespace {

constexpr const char* kCutShort = "the file is truncated";
constexpr const char* kDamagedPnm = "its PPM header is damaged";
constexpr std::size_t kPngStart = 8;

// Numbers at byte offsets; throws Error beyond the end.
class Bytes {
 public:
  Bytes(const std::string& text, bool little_endian) : text_(text), little_endian_(little_endian) {}

  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > text_.size() || size > text_.size() - at) throw Error(kCutShort);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t place = little_endian_ ? at + size - 1 - i : at + i;
      value = value << 8 | static_cast<unsigned char>(text_[place]);
    }
    return value;
  }

  std::uint32_t byte(std::size_t at) const { return number(at, 1); }
  std::uint32_t two(std::size_t at) const { return number(at, 2); }
  std::uint32_t four(std::size_t at) const { return number(at, 4); }

 private:
  const std::string& text_;
  bool little_endian_;
};

// The orientation of Exif's TIFF structure, 1 if it has no defined one.
int orientation(const std::string& tiff) {
  constexpr std::uint32_t kTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  const bool is_little = tiff.compare(0, 4, std::string("II*\0", 4)) == 0;
  if (!is_little && tiff.compare(0, 4, std::string("MM\0*", 4)) != 0) return 1;
  const Bytes bytes(tiff, is_little);
  try {
    const std::size_t start = bytes.four(4);
    const std::size_t count = bytes.two(start);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = start + 2 + 12 * i;
      const bool is_it = bytes.two(at) == kTag && bytes.two(at + 2) == kShort;
      const std::uint32_t value = bytes.two(at + 8);
      if (is_it && bytes.four(at + 4) == 1) {
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
      }
    }
  } catch (const Error&) {
    // Truncated: it has none.
  }
  return 1;
}

// The checksum of a PNG chunk's name and data (annex D).
std::uint32_t crc32(const char* data, std::size_t size) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> values{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      values[i] = i;
      for (int bit = 0; bit < 8; ++bit) {
        values[i] = (values[i] & 1) != 0 ? 0xedb88320 ^ values[i] >> 1 : values[i] >> 1;
      }
    }
    return values;
  }();
  std::uint32_t sum = 0xffffffff;
  for (std::size_t i = 0; i < size; ++i) {
    sum = table[(sum ^ static_cast<unsigned char>(data[i])) & 255] ^ sum >> 8;
  }
  return ~sum;
}

PictureHeader read_png(const std::string& content) {
  const Bytes bytes(content, false);
  PictureHeader header;
  bool has_exif = false;
  std::string kind;
  for (std::size_t at = kPngStart; kind != "IEND";) {
    const std::size_t length = bytes.four(at);
    const std::uint32_t checksum = bytes.four(at + 8 + length);
    kind = content.substr(at + 4, 4);
    if (crc32(content.data() + at + 4, length + 4) != checksum ||
        (at == kPngStart) != (kind == "IHDR")) {
      throw Error("its chunk at byte " + std::to_string(at) + " is damaged");
    }
    if (kind == "IHDR") {
      header.width = bytes.four(at + 8);
      header.height = bytes.four(at + 12);
    } else if (kind == "eXIf" && !has_exif) {
      has_exif = true;
      header.orientation = orientation(content.substr(at + 8, length));
    }
    at += 12 + length;
  }
  return header;
}

// Whether a JPEG segment has size and channels; some tables have markers in the same range.
bool is_frame(std::uint32_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

// Reads a frame of a JPEG and returns how many channels it has; throws Error for one that is not
// supported.
std::uint32_t read_frame(const Bytes& bytes, std::size_t at, std::uint32_t marker,
                         PictureHeader& header) {
  if (marker > 0xc2) throw Error("it is a lossless or arithmetic JPEG; save it as baseline");
  const std::uint32_t bits = bytes.byte(at);
  if (bits != 8) {
    throw Error("it is a JPEG of " + std::to_string(bits) + " bits per channel; save it with 8");
  }
  header.height = bytes.two(at + 1);
  header.width = bytes.two(at + 3);
  header.is_sequential_jpeg = marker < 0xc2;
  return bytes.byte(at + 5);
}

// Whether Adobe's marker gives four channels a meaning, CMYK or YCCK.
bool has_adobe(const std::string& content, std::size_t at, std::size_t length) {
  if (length < 14 || content.compare(at, 6, std::string("Adobe\0", 6)) != 0) return false;
  const char transform = content.at(at + 11);
  return transform == 0 || transform == 2;
}

// Whether Exif's data begins at a place.
bool has_exif(const std::string& content, std::size_t at, std::size_t length) {
  return length >= 8 && content.compare(at, 6, std::string("Exif\0", 6)) == 0;
}

// The next marker that has a segment; moves `at` past it.
std::uint32_t next_marker(const Bytes& bytes, std::size_t& at) {
  std::uint32_t marker = 0;
  do {
    if (bytes.byte(at) != 0xff) throw Error("it has no marker at byte " + std::to_string(at));
    while (bytes.byte(at) == 0xff) ++at;
    marker = bytes.byte(at++);
  } while (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7));
  return marker;
}

PictureHeader read_jpeg(const std::string& content) {
  constexpr std::uint32_t kScan = 0xda;
  constexpr std::uint32_t kApp1 = 0xe1;
  constexpr std::uint32_t kApp14 = 0xee;
  const Bytes bytes(content, false);
  PictureHeader header;
  bool exif_is_read = false;
  bool is_adobe = false;
  std::uint32_t channels = 3;
  std::size_t at = 2;
  for (std::uint32_t marker = 0; marker != kScan;) {
    marker = next_marker(bytes, at);
    const std::size_t length = bytes.two(at);
    if (is_frame(marker)) {
      channels = read_frame(bytes, at + 2, marker, header);
    } else if (marker == kApp1 && !exif_is_read && has_exif(content, at + 2, length)) {
      exif_is_read = true;
      header.orientation = orientation(content.substr(at + 8, length - 8));
    } else if (marker == kApp14) {
      is_adobe = is_adobe || has_adobe(content, at + 2, length);
    }
    at += length;
  }
  if (content.find("\xff\xd9", at) == std::string::npos) throw Error(kCutShort);
  if (channels != 1 && channels != 3 && !(channels == 4 && is_adobe)) {
    throw Error("it is a JPEG of " + std::to_string(channels) +
                " channels of unknown meaning; save it as RGB");
  }
  return header;
}

PictureHeader read_bmp(const std::string& content) {
  const Bytes bytes(content, true);
  const auto signed_at = [&bytes](std::size_t at) {
    return std::int64_t{static_cast<std::int32_t>(bytes.four(at))};
  };
  constexpr std::int64_t kGapMax = 1024;  // bytes between header and pixels that stb skips
  const std::uint32_t size = bytes.four(14);
  const PictureHeader header{signed_at(18), std::abs(signed_at(22))};
  const std::uint32_t bits = bytes.two(28);
  const std::int64_t colors = bytes.four(46);
  const std::int64_t gap = std::int64_t{bytes.four(10)} - 14 - size;
  const std::int64_t palette =
      bits <= 8 ? 4 * (colors > 0 ? colors : 1 << bits) : std::min(gap, kGapMax);
  const bool is_known = bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
  const bool is_usual =
      (size == 40 || size == 108 || size == 124) && bytes.two(26) == 1 && bytes.four(30) == 0;
  if (!is_known || !is_usual || gap < 0 || gap != palette) {
    throw Error("it is an unsupported kind of BMP; save it without compression, as RGB");
  }
  const std::int64_t row_bytes = (header.width * bits + 31) / 32 * 4;
  const std::int64_t end = bytes.four(10) + row_bytes * header.height;
  if (end > static_cast<std::int64_t>(content.size())) throw Error(kCutShort);
  return header;
}

bool is_space(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

// The next number of a PNM header, after spaces and comments.
std::int64_t pnm_number(const std::string& content, std::size_t& at) {
  constexpr std::size_t kDigitsMax = 9;
  if (at == content.size() || !is_space(content[at])) throw Error(kDamagedPnm);
  while (at < content.size() && (is_space(content[at]) || content[at] == '#')) {
    at = content[at] == '#' ? std::min(content.find_first_of("\r\n", at), content.size()) : at + 1;
  }
  const std::size_t end = std::min(content.find_first_not_of("0123456789", at), content.size());
  if (at == end || end - at > kDigitsMax) throw Error(kDamagedPnm);
  const std::int64_t number = std::stoll(content.substr(at, end - at));
  at = end;
  return number;
}

PictureHeader read_pnm(const std::string& content) {
  PictureHeader header;
  std::size_t at = 2;
  header.width = pnm_number(content, at);
  header.height = pnm_number(content, at);
  const std::int64_t largest = pnm_number(content, at);
  if (at == content.size() || !is_space(content[at])) throw Error(kDamagedPnm);
  if (largest != 255) {
    throw Error("its largest value is " + std::to_string(largest) + "; it must be 255");
  }
  const std::int64_t row_bytes = header.width * (content[1] == '5' ? 1 : 3);
  if (row_bytes * header.height > static_cast<std::int64_t>(content.size() - at) - 1) {
    throw Error(kCutShort);
  }
  return header;
}

PictureHeader read_any(const std::string& content) {
  const auto starts_with = [&content](const char* start) { return content.rfind(start, 0) == 0; };
  if (starts_with("\x89PNG\r\n\x1a\n")) return read_png(content);
  if (starts_with("\xff\xd8")) return read_jpeg(content);
  if (starts_with("BM")) return read_bmp(content);
  if (starts_with("P5") || starts_with("P6")) return read_pnm(content);
  throw Error("its format is unknown");
}

// The pixel that is shown at a position of an image with this orientation.
std::size_t source_pixel(const Image& image, int orientation, int row, int column) {
  const bool is_turned = orientation >= 5;
  const int height = is_turned ? image.width : image.height;
  const int width = is_turned ? image.height : image.width;
  if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) {
    row = height - 1 - row;
  }
  if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) {
    column = width - 1 - column;
  }
  if (is_turned) std::swap(row, column);
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(image.width) +
         static_cast<std::size_t>(column);
}

}  // namespace

PictureHeader read_picture_header(const std::string& content) {
  const PictureHeader header = read_any(content);
  if (header.width < 1 || header.height < 1) throw Error("it has no pixels");
  if (header.height > kPixelsMax / header.width) {
    throw Error("it has " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                " pixels, at most " + std::to_string(kPixelsMax) +
                " are supported; make it smaller");
  }
  return header;
}

Image turned(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool is_turned = orientation >= 5;
  Image result{is_turned ? image.width : image.height,
               is_turned ? image.height : image.width,
               image.channels,
               {}};
  result.pixels.reserve(image.pixels.size());
  const auto channels = static_cast<std::ptrdiff_t>(image.channels);
  for (int row = 0; row < result.height; ++row) {
    for (int column = 0; column < result.width; ++column) {
      const auto pixel = image.pixels.begin() + channels * static_cast<std::ptrdiff_t>(source_pixel(
                                                               image, orientation, row, column));
      result.pixels.insert(result.pixels.end(), pixel, pixel + channels);
    }
  }
  return result;
}

}  // namespace zoo
