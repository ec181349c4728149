"""The stages of a build; zoo.pipeline lists them in order. Each reads and writes folders."""
