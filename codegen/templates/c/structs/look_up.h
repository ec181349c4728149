// A function given by one table per channel: tables[channel][value - lowest].
typedef struct {
  int32_t outer;
  int32_t channels;
  int32_t inner;
  int32_t lowest;
  int32_t table_size;
  const void* tables;  // of the output's type
} NetworkLookUp;
