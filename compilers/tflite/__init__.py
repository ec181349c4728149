"""The TFLite back end: Graph -> .tflite, written directly by the file's schema."""
