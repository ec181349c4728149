// What facenet_v2.wider reads.
#ifndef CONTRACT_H
#define CONTRACT_H

#define CONTRACT_CHANNELS 3
#define CONTRACT_HEIGHT 88
#define CONTRACT_WIDTH 88

// As a JSON text.
#define CONTRACT_MODEL "\"facenet_v2.wider\""

// SHA-256 of ../network/network_weights.c, by which `zoo flash` knows the bundle's firmware.
#define CONTRACT_WEIGHTS_SHA256 "05387366ea9d30fffe45a1e2d5f1a60f2d7ba2459031adb5b47000a4aeeb49ef"

#endif  // CONTRACT_H
