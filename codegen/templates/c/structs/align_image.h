// A square picture under the similarity of its landmarks, sampled bilinearly.
typedef struct {
  const NetworkSimilarity* similarity;
  int32_t side;
  int32_t channels;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkAlignImage;
