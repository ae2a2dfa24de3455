"""What can be seen from outside of how the program does: figures that Prometheus reads, and lines in the log.

Neither holds anything about a person: addresses are told by their template, never as they were asked for.
"""
