#include <cstdio>
#include <exception>

#include "core/app.hpp"

int main(int count, char** words) {
  try {
    const zoo::Options options = zoo::parse_options(count, words);
    if (options.help) {
      std::fputs(zoo::help_text(words[0]).c_str(), stdout);
      return 0;
    }
    return zoo::run(options);
  } catch (const zoo::UsageError& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
