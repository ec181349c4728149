// Runs a network on a 64-bit RISC-V without an operating system: samples from inputs.bin to
// outputs.bin, files of the machine that emulates it (semihosting).
#include NETWORK_HEADER

#include <stdio.h>

static uint8_t inputs[INPUTS_BYTES];
static uint8_t outputs[OUTPUTS_BYTES];

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
