"""FaceMesh, the face landmark network of MediaPipe, read from an installed wheel of it."""
