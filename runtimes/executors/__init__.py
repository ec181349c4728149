"""One module per executor, named after it with '_' for '-', that defines EXECUTOR."""
