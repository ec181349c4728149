#include <cstdio>
#include <exception>

#include "core/app.hpp"
#include "core/standard_output.hpp"

int main(int count, char** words) {
  try {
    zoo::prepare_files();
    const zoo::Options options = zoo::parse_options(count, words);
    if (options.help) {
      zoo::print(zoo::help_text(words[0]));
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
