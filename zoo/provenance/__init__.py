"""What a build used, and from which distribution: recorded, and checked before reuse."""
