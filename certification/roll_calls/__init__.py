"""Roll-calls: a session is opened, people show that they are there, and each presence is a Statement at once."""
