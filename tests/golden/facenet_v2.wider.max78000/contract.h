// What the sums of facenet_v2.wider mean.
#ifndef CONTRACT_H
#define CONTRACT_H

// As a JSON text.
static const char contract_model[] = "\"facenet_v2.wider\"";

// SHA-256 of ../network/network_weights.c, by which `zoo flash` knows the bundle's firmware.
static const char contract_weights_sha256[] =
    "05387366ea9d30fffe45a1e2d5f1a60f2d7ba2459031adb5b47000a4aeeb49ef";

// As JSON texts. The LED is lit for every class but the first.
static const char* const contract_labels[] = {
    "\"no face\"",
    "\"face\"",
};

#endif  // CONTRACT_H
