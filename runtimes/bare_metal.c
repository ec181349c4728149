// Runs a network on a processor without an operating system: samples from inputs.bin to outputs.bin,
// files of the machine that emulates it (semihosting). Each tensor begins at a multiple of 4 bytes.
#include NETWORK_HEADER

#include <stdio.h>

static uint32_t inputs[INPUTS_BYTES / 4];
static uint32_t outputs[OUTPUTS_BYTES / 4];

int main(void) {
  FILE* const from = fopen("inputs.bin", "rb");
  FILE* const to = fopen("outputs.bin", "wb");
  if (from == NULL || to == NULL) return 2;
  while (fread(inputs, sizeof inputs, 1, from) == 1) {
    NETWORK_CALL;
    if (fwrite(outputs, sizeof outputs, 1, to) != 1) return 3;
  }
  return fclose(to) == 0 ? 0 : 4;
}
