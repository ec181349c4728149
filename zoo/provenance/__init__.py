"""What a build used, and whose it is: recorded, and looked at again before a reuse."""
