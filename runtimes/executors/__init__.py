"""One module per executor, named as the executor with '_' for '-', that defines EXECUTOR."""
