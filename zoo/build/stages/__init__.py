"""The stages of a build; zoo.build.pipeline lists them in order. Each reads and writes folders."""
