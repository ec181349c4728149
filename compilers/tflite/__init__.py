"""The TFLite back end: Graph -> .tflite, written directly from the schema."""
