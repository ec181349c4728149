"""Pictures and labelled data: how they are found, read and processed."""
