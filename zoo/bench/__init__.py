"""Latency of networks, on this machine and on boards."""
