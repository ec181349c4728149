// The program's output: one JSON object per line.
#pragma once

#include <string>

#include "core/finding.hpp"
#include "core/watch.hpp"

namespace zoo {

// Source, frame, its time if it is known, the finding's number, box, its score by the detector, its
// id where it is tracked, every value by name, states where it is watched, latencies.
std::string record(const Photo& photo, int number, const Finding& finding);

// Event, id, begin and end in seconds, confidence.
std::string event_record(const ObjectEvent& event);

// "microsleep of 0 from 12.30 s to 14.10 s, confidence 0.93".
std::string event_text(const ObjectEvent& event);

// Source, frame, the finding's number and the network's own outputs with their shapes.
std::string raw_record(const Photo& photo, int number, const Finding& finding);

}  // namespace zoo
