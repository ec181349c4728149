// What the sums of facenet_v2.wider mean.
#ifndef LABELS_H
#define LABELS_H

// JSON texts. The LED is lit for every class but the first.
static const char* const labels[] = {
    "\"no face\"",
    "\"face\"",
};

#endif  // LABELS_H
