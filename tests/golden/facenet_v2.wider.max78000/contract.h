// What the sums of facenet_v2.wider mean.
#ifndef CONTRACT_H
#define CONTRACT_H

// As JSON texts. The LED is lit for every class but the first.
static const char* const contract_labels[] = {
    "\"no face\"",
    "\"face\"",
};

#endif  // CONTRACT_H
