// Step waveform: the samples themselves as the network's input. The numpy form is
// zoo/steps/waveform.py.
#pragma once

#include "frame.hpp"

namespace zoo {

// Computes x = gain sample in double precision.
inline void waveform(Frame& frame, double gain) {
  frame.input_chw.clear();
  for (double sample : frame.signal->samples) {
    frame.input_chw.push_back(static_cast<float>(sample * gain));
  }
}

}  // namespace zoo
