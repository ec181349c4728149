// The numpy form, with the sources of the format, is zoo/signal_file.py.
#include "core/signal_file.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/files.hpp"

namespace zoo {

namespace {

constexpr unsigned kPcm = 1;
constexpr unsigned kFloat = 3;
constexpr unsigned kExtensible = 0xFFFE;
constexpr std::size_t kSamplesMax = std::size_t{1} << 28;

// The numbers of a file, little-endian, from a place within it.
std::uint64_t integer(const std::string& bytes, std::size_t place, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[place + i]);
  }
  return value;
}

template <class Real>
double real(const std::string& bytes, std::size_t place) {
  Real value = 0;
  const std::uint64_t bits = integer(bytes, place, sizeof value);
  std::uint32_t low = static_cast<std::uint32_t>(bits);
  if (sizeof value == sizeof low) {
    std::memcpy(&value, &low, sizeof low);
  } else {
    std::memcpy(&value, &bits, sizeof value);
  }
  return value;
}

// kind: kPcm or kFloat.  data: where the samples of all channels begin, `frames` of them.
struct Wave {
  unsigned kind = 0;
  std::size_t channels = 0;
  std::uint32_t rate_hz = 0;
  unsigned bits = 0;
  std::size_t data = 0;
  std::size_t frames = 0;
};

double number(const std::string& content, const Wave& wave, std::size_t place) {
  if (wave.kind == kFloat) {
    return wave.bits == 32 ? real<float>(content, place) : real<double>(content, place);
  }
  if (wave.bits == 8) return (static_cast<unsigned char>(content[place]) - 128.0) / 128;
  const auto shifted =
      static_cast<std::uint32_t>(integer(content, place, wave.bits / 8) << (32 - wave.bits));
  return static_cast<std::int32_t>(shifted) / 2147483648.0;
}

void parse_format(const std::string& content, std::size_t place, std::size_t size, Wave& wave) {
  if (size < 16) throw Error("its chunk 'fmt ' is too short");
  wave.kind = static_cast<unsigned>(integer(content, place, 2));
  wave.channels = static_cast<std::size_t>(integer(content, place + 2, 2));
  wave.rate_hz = static_cast<std::uint32_t>(integer(content, place + 4, 4));
  wave.bits = static_cast<unsigned>(integer(content, place + 14, 2));
  if (wave.kind == kExtensible && size >= 40) {
    wave.kind = static_cast<unsigned>(integer(content, place + 24, 2));
  }
  const bool is_pcm = wave.kind == kPcm &&
                      (wave.bits == 8 || wave.bits == 16 || wave.bits == 24 || wave.bits == 32);
  const bool is_float = wave.kind == kFloat && (wave.bits == 32 || wave.bits == 64);
  if (!is_pcm && !is_float) {
    throw Error("its format is " + std::to_string(wave.kind) + " with " +
                std::to_string(wave.bits) +
                " bits; PCM (1) of 8, 16, 24 or 32 bits and float (3) of 32 or 64 bits are read");
  }
  const auto frame_bytes = static_cast<std::size_t>(integer(content, place + 12, 2));
  if (wave.channels == 0 || frame_bytes != wave.channels * wave.bits / 8) {
    throw Error("it has " + std::to_string(wave.channels) + " channels in " +
                std::to_string(frame_bytes) + " bytes, which do not fit");
  }
}

Wave parse(const std::string& content) {
  if (content.size() < 12 || content.compare(0, 4, "RIFF") != 0 ||
      content.compare(8, 4, "WAVE") != 0) {
    throw Error("it is not a WAV file");
  }
  std::size_t format = 0;
  std::size_t format_size = 0;
  std::size_t data_size = 0;
  Wave wave;
  for (std::size_t place = 12; wave.data == 0 && place + 8 <= content.size();) {
    const auto size = static_cast<std::size_t>(integer(content, place + 4, 4));
    if (size > content.size() - place - 8) throw Error("it is truncated");
    if (content.compare(place, 4, "fmt ") == 0) {
      format = place + 8;
      format_size = size;
    }
    if (content.compare(place, 4, "data") == 0) {
      wave.data = place + 8;
      data_size = size;
    }
    place += 8 + size + size % 2;
  }
  if (format == 0 || wave.data == 0) throw Error("it lacks the chunk 'fmt ' or 'data'");
  parse_format(content, format, format_size, wave);
  wave.frames = data_size / (wave.channels * wave.bits / 8);
  if (wave.frames == 0 || wave.frames > kSamplesMax) {
    throw Error("it has " + std::to_string(wave.frames) + " samples; 1 to " +
                std::to_string(kSamplesMax) + " are read");
  }
  return wave;
}

void check(const Wave& wave, const SignalSpec& spec) {
  if (wave.rate_hz != static_cast<std::uint32_t>(spec.rate_hz)) {
    throw Error("it has " + std::to_string(wave.rate_hz) +
                " samples per second, the contract takes " + std::to_string(spec.rate_hz) +
                ": resample it");
  }
  if (spec.channel == "only" && wave.channels != 1) {
    throw Error("it has " + std::to_string(wave.channels) +
                " channels, the contract takes one; the contract can state channel = 'first' or "
                "'mean'");
  }
}

}  // namespace

bool is_signal(const std::string& path) { return lower_suffix(path) == "wav"; }

Signal parse_wave(const std::string& content, const SignalSpec& spec) {
  const Wave wave = parse(content);
  check(wave, spec);
  const std::size_t bytes = wave.bits / 8;
  Signal signal{spec.rate_hz, {}};
  signal.samples.reserve(wave.frames);
  for (std::size_t i = 0; i < wave.frames; ++i) {
    double first = 0;
    double sum = 0;
    for (std::size_t c = 0; c < wave.channels; ++c) {
      const double value = number(content, wave, wave.data + (i * wave.channels + c) * bytes);
      if (!std::isfinite(value)) throw Error("it holds a number that is infinite or nan");
      if (c == 0) first = value;
      sum = c == 0 ? value : sum + value;
    }
    const bool is_mean = spec.channel == "mean";
    signal.samples.push_back(is_mean ? sum / static_cast<double>(wave.channels) : first);
  }
  return signal;
}

Signal read_signal(const std::string& path, const SignalSpec& spec) {
  if (is_directory(path) || !is_present(path)) throw Error(path + ": no such signal");
  try {
    return parse_wave(read_file(path), spec);
  } catch (const Error& error) {
    throw Error(path + ": cannot be read as a signal (" + error.what() +
                "); save it again as a PCM WAV file");
  }
}

Signal read_raw_signal(const std::string& path, const SignalSpec& spec) {
  const std::string content = read_file(path);
  if (content.empty() || content.size() % 2 != 0 || content.size() / 2 > kSamplesMax) {
    throw Error(path + ": has " + std::to_string(content.size()) +
                " bytes; expected signed 16-bit little-endian samples of one channel");
  }
  const Wave wave{kPcm, 1, 0, 16, 0, content.size() / 2};
  Signal signal{spec.rate_hz, {}};
  for (std::size_t i = 0; i < wave.frames; ++i) {
    signal.samples.push_back(number(content, wave, 2 * i));
  }
  return signal;
}

}  // namespace zoo
