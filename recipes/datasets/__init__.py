"""Readers of labelled data, one per file, named as in `--data NAME:FOLDER`."""
