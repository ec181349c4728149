"""Readers of labelled data, one per file: its name is what `--data NAME:FOLDER` calls it."""
