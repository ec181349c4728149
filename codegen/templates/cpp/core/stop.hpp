// The end of a run that a signal or the user asks for.
#pragma once

namespace zoo {

// From now on SIGINT and SIGTERM ask for the end; the second one of a kind ends the program at
// once.
void stop_on_signals();

// Asks for the end.
void stop();

// Whether the end was asked for.
bool is_stopped();

// Waits until a descriptor has something to read, or its end, at most for a tenth of a second.
// Returns whether it has.
bool is_readable(int descriptor);

}  // namespace zoo
