// Threads write what the others then read; prints the number of wrong values.
#include <cstddef>
#include <cstdio>

#include "backends/c99_team.hpp"

namespace {

constexpr int kRounds = 50;
constexpr int kLayers = 10;

long wrong_values(int count) {
  zoo::c99::Team team(count, 64);
  std::vector<int> shared(static_cast<std::size_t>(count));
  std::vector<long> wrong(static_cast<std::size_t>(count));
  for (int round = 0; round < kRounds; ++round) {
    team.run([&](const zoo::c99::Part& part) {
      const auto index = static_cast<std::size_t>(part.index);
      for (int layer = 0; layer < kLayers; ++layer) {
        const int value = round * kLayers + layer;
        part.scratch[15] = value;
        shared[index] = value;
        part.meeting.wait();
        for (const int found : shared) wrong[index] += found != value;
        wrong[index] += part.scratch[15] != value;
        part.meeting.wait();
      }
    });
  }
  long sum = 0;
  for (const long own : wrong) sum += own;
  return sum;
}

}  // namespace

int main() {
  for (const int count : {1, 2, 3, 5}) std::printf("%d threads: %ld\n", count, wrong_values(count));
  return 0;
}
