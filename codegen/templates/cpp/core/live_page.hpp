// The live server's page and its script.
#pragma once

namespace zoo {

extern const char* const kLivePage;
extern const char* const kLiveScript;

}  // namespace zoo
