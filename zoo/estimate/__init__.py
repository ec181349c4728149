"""Work, memory and estimated latency of a network on a board, before anything is built."""
