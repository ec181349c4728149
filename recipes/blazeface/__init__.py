"""BlazeFace, Google's face detectors for phones, read from an installed wheel of MediaPipe."""
