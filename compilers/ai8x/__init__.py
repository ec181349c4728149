"""The MAX78000: a network as the input of Analog Devices' ai8xize.py, and what it costs."""
