"""A small anchor-free face detector, similar to FCOS and YuNet."""
