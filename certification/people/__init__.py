"""Workers, where they are employed, and which Actors they are."""
