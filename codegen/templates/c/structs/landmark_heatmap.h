// A square picture of the distances to the nearest landmark, under the landmarks' similarity.
typedef struct {
  const NetworkSimilarity* similarity;
  int32_t side;
  const int32_t* distances;  // [steps], below which the output has one step more, in 2^-8 pixels
  int32_t steps;
  int32_t lowest;
} NetworkLandmarkHeatmap;
