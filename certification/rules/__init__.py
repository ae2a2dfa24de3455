"""The rules as data: read, checked, loaded, and read back as objects."""
