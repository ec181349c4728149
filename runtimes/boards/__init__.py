"""One module per board, named after it with '_' for '-', that defines TARGET."""
