#include "core/options.hpp"

#include <functional>
#include <string_view>
#include <vector>

#include "core/contract.hpp"
#include "core/files.hpp"
#include "core/source.hpp"

namespace zoo {

namespace {

using Apply = std::function<void(Options&, const std::string& value)>;

// An option. value: its value's name in the help, empty for a flag.
struct Option {
  std::string name;
  std::string value;
  std::string help;
  Apply apply;
};

std::string where_else() { return kDetector ? "the detector's" : "the whole photo"; }

std::vector<Option> core_options() {
  return {
      {"--source", "SOURCE",
       takes_signals() ? "WAV file, directory or raw:FILE (16 bits, one channel)"
                       : "picture, directory, raw:WIDTHxHEIGHT:FILE (RGB) or /dev/videoN",
       [](Options& o, const std::string& v) { o.source = v; }},
      {"--boxes", "FILE", "boxes by photo: JSON {\"a.png\": [x, y, w, h]} or CSV a.png,x,y,w,h",
       [](Options& o, const std::string& v) { o.boxes.file = v; }},
      {"--box", "X,Y,W,H", "one box for every photo, in pixels; without boxes: " + where_else(),
       [](Options& o, const std::string& v) { o.boxes.fixed = parse_box(v); }},
      {"--track", "", "track boxes by their landmarks after the first photo",
       [](Options& o, const std::string&) { o.boxes.track = true; }},
      {"--smooth", "", "with --track: smooth landmarks over time by a one-euro filter",
       [](Options& o, const std::string&) {
         if (!o.watch.smoothing) o.watch.smoothing.emplace();
       }},
      {"--smooth-cutoff", "HZ", "smooth by this cutoff frequency of resting landmarks; default: 1",
       [](Options& o, const std::string& v) {
         if (!o.watch.smoothing) o.watch.smoothing.emplace();
         o.watch.smoothing->cutoff_hz = parse_positive("--smooth-cutoff", v);
       }},
      {"--smooth-beta", "NUMBER",
       "smooth, the cutoff rising by this for a speed of one face a second; default: 10",
       [](Options& o, const std::string& v) {
         if (!o.watch.smoothing) o.watch.smoothing.emplace();
         o.watch.smoothing->beta = parse_not_negative("--smooth-beta", v);
       }},
      {"--events", "", "with --track: watch objects over time and print their events",
       [](Options& o, const std::string&) { o.watch.events = true; }},
      {"--frame-rate", "HZ", "photos per second, for sources that do not know: all but cameras",
       [](Options& o, const std::string& v) {
         o.frame_rate_hz = parse_positive("--frame-rate", v);
       }},
      {"--camera-timeout", "SECONDS",
       "wait so long for a camera that delivers nothing or is unplugged; default: 30",
       [](Options& o, const std::string& v) {
         o.camera_timeout_s = parse_positive("--camera-timeout", v);
       }},
      {"--overlay", "DIRECTORY", "write pictures with boxes, landmarks and values",
       [](Options& o, const std::string& v) { o.overlay_directory = v; }},
      {"--window", "", "show these pictures in a window, too, until Esc; needs SDL2",
       [](Options& o, const std::string&) { o.window = true; }},
      {"--serve", "PORT",
       "show them and the results in browsers of this machine, until Ctrl+C; or ADDRESS:PORT",
       [](Options& o, const std::string& v) { o.live = parse_live_address(v); }},
      {"--serve-token", "FILE", "with --serve: whose URL has this file's line as ?token=...",
       [](Options& o, const std::string& v) { o.live_token = v; }},
      {"--raw-outputs", "FILE", "write the network's own outputs, one JSON object per line",
       [](Options& o, const std::string& v) { o.raw_outputs = v; }},
      {"--photos", "N", "stop after N photos",
       [](Options& o, const std::string& v) { o.photos = parse_count("--photos", v); }},
      {"--repeat", "N", "process each box N times, for steadier latencies",
       [](Options& o, const std::string& v) { o.repeat = parse_count("--repeat", v); }},
      {"--model", "FILE", "model; default: ../model/" + kContract.file + " beside the program",
       [](Options& o, const std::string& v) { o.backend.model = v; }},
      {"--power", "SENSOR",
       "measure watts and frames per joule: board, gpu (NVIDIA), or a file that holds microwatts",
       [](Options& o, const std::string& v) { o.power_sensor = v; }},
      {"--heat", "PLACE",
       "report temperature and throttling: board, or a directory that holds its /sys",
       [](Options& o, const std::string& v) { o.heat_place = v; }},
      {"--json", "", "summary as a last JSON line instead of text",
       [](Options& o, const std::string&) { o.summary_as_json = true; }},
      {"--selftest", "FILE", "check the program on a bundle's golden/selftest.txt",
       [](Options& o, const std::string& v) { o.self_test = v; }},
      {"--help", "", "this text", [](Options& o, const std::string&) { o.help = true; }},
  };
}

// Only programs with a detector have them.
std::vector<Option> detector_options() {
  if (!kDetector) return {};
  return {
      {"--detector", "FILE",
       "detector; default: ../model/" + kDetector->contract.file + " beside the program",
       [](Options& o, const std::string& v) { o.boxes.detector.model = v; }},
      {"--detect-every", "N", "with --track: ask the detector again after N photos; default: 10",
       [](Options& o, const std::string& v) {
         o.boxes.detect_every = parse_count("--detect-every", v);
       }},
      {"--detector-only", "", "report what the detector finds, and do not run the other network",
       [](Options& o, const std::string&) {
         o.detector_only = true;
         o.boxes.ignores_detector = true;
       }},
  };
}

const std::vector<Option>& known_options() {
  static const std::vector<Option> options = [] {
    std::vector<Option> all = core_options();
    for (const Option& option : detector_options()) all.push_back(option);
    for (const BackendOption& own : kBackend.options) {
      const auto keep = [&own](Options& o, const std::string& v) {
        if (own.check) own.check(own.name, v);
        o.backend.own[own.name] = v;
        o.boxes.detector.own[own.name] = v;
        o.only_loads = o.only_loads || own.only_loads;
      };
      all.push_back({own.name, own.value, own.help, keep});
    }
    return all;
  }();
  return options;
}

std::string bundled(const Contract& contract) {
  return program_directory() + "/../model/" + contract.file;
}

// Whether the program's network has a use for an option; the help leaves out others.
bool is_offered(const Option& option) {
  const bool is_smoothing = option.name.rfind("--smooth", 0) == 0;
  if (option.name == "--track" || is_smoothing) return kContract.has_landmarks;
  if (option.name == "--events") return kContract.observers != nullptr;
  const bool is_of_pictures = option.name == "--box" || option.name == "--boxes" ||
                              option.name == "--overlay" || option.name == "--frame-rate" ||
                              option.name == "--window" || option.name == "--camera-timeout" ||
                              option.name.rfind("--serve", 0) == 0;
  return !is_of_pictures || !takes_signals();
}

// Takes a value over; one of another form is a mistake of the command line.
void apply(const Option& option, Options& options, const std::string& value) {
  try {
    option.apply(options, value);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

const Option& find_option(std::string_view name) {
  for (const Option& option : known_options()) {
    if (option.name == name) return option;
  }
  throw UsageError("unknown argument '" + std::string(name) + "'; --help lists the options");
}

}  // namespace

namespace {

// Throws UsageError.
void check_watch(const Options& options) {
  const WatchOptions& watch = options.watch;
  const std::string name = watch.events ? "--events" : "--smooth";
  if (!watch.needs_times()) return;
  if (watch.events && kContract.observers == nullptr) {
    throw UsageError("--events: this network's contract has no steps over time; leave it out");
  }
  if (!options.boxes.track) {
    throw UsageError(name + " needs objects that are tracked: add --track");
  }
  if (!is_camera(options.source) && !options.frame_rate_hz) {
    throw UsageError(name + " needs the times of photos: state their rate, as --frame-rate 30");
  }
  if (options.repeat != 1) {
    throw UsageError(name + " and --repeat cannot be used together: a photo has one time");
  }
}

// Reads the token; throws UsageError.
void check_live(Options& options) {
  if (!options.live_token.empty() && !options.live) {
    throw UsageError("--serve-token is about --serve; give both");
  }
  if (!options.live) return;
  if (!options.live_token.empty()) {
    try {
      options.live->token = read_token(options.live_token);
    } catch (const Error& error) {
      throw UsageError(error.what());
    }
  } else if (!options.live->is_local()) {
    throw UsageError("--serve: other machines reach " + options.live->address +
                     ", so the URL needs a token: --serve-token FILE; make one with: openssl rand "
                     "-hex 16 > FILE");
  }
}

}  // namespace

Options parse_options(int count, const char* const* words) {
  Options options;
  options.boxes.detector.role = "detector";
  if (kDetector) options.boxes.detector.model = bundled(kDetector->contract);
  options.backend.model = bundled(kContract);
  for (int i = 1; i < count; ++i) {
    const Option& option = find_option(words[i]);
    if (option.value.empty()) {
      apply(option, options, "");
    } else if (i + 1 < count) {
      apply(option, options, words[++i]);
    } else {
      throw UsageError(option.name + ": " + option.value + " is missing");
    }
  }
  if (options.boxes.fixed && !options.boxes.file.empty()) {
    throw UsageError("--box and --boxes cannot be used together");
  }
  const bool has_boxes = options.boxes.fixed || !options.boxes.file.empty() || options.boxes.track;
  const bool has_overlays = options.window || options.live || !options.overlay_directory.empty();
  if (takes_signals() && (has_boxes || has_overlays)) {
    throw UsageError(
        "--box, --boxes, --track, --overlay, --window and --serve are for pictures, this takes "
        "signals");
  }
  if (options.boxes.track && !kContract.has_landmarks) {
    throw UsageError("--track: this network finds no landmarks to follow; leave it out");
  }
  if (options.boxes.detect_every && !options.boxes.track) {
    throw UsageError("--detect-every is about what --track follows; give both");
  }
  if (options.boxes.track && options.detector_only) {
    throw UsageError("--track and --detector-only cannot be used together: no landmarks are found");
  }
  for (const std::string& file : {options.boxes.file, options.self_test}) {
    if (!file.empty() && !is_file(file)) {
      throw UsageError(file + ": no such file; give one that is there");
    }
  }
  check_watch(options);
  check_live(options);
  const bool has_work = !options.source.empty() || !options.self_test.empty();
  if (!has_work && !options.only_loads && !options.help) {
    throw UsageError("--source is missing; --help lists the options");
  }
  return options;
}

std::string help_text(const char* program) {
  std::string text = "Usage: " + std::string(program) + " --source SOURCE [options]\n\n" +
                     kContract.model + " on " + kBackend.title +
                     ". A JSON object is printed for each " + (takes_signals() ? "signal" : "box") +
                     ".\n\n";
  for (const Option& option : known_options()) {
    if (!is_offered(option)) continue;
    const std::string head = "  " + option.name + (option.value.empty() ? "" : " ") + option.value;
    text += head + std::string(head.size() < 26 ? 26 - head.size() : 1, ' ') + option.help + "\n";
  }
  return text +
         "\nExit status: 0; 1 after an error; 2 for a wrong command line; 4 if some files of a\n"
         "directory could not be read, and the others were. Ctrl+C and SIGTERM end the run "
         "early.\n";
}

}  // namespace zoo
