"""Drawing figures and explanations on a terminal: the commands and the demonstration show the same."""
