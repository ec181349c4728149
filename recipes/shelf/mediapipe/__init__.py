"""Networks of MediaPipe that an installed wheel of it holds."""
