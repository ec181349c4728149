"""One module per board, named as the board with '_' for '-', that defines TARGET."""
