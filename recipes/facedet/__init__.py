"""A small face detector without anchors, in the manner of FCOS and YuNet."""
