"""The demonstration: invented enterprises and people, a year of their learning, and the figures that come of it.

`enterprises` and `people` invent who there is, `import_files` writes that as the files an officer would import,
`simulator` invents what they learned, `poster` and `published_clients` send it over HTTP, `book` checks that the store
agrees, `tables` and `presentation` show what comes of it, and `run` does all this in order.

Everything is drawn from a seed: the same seed gives the same people, ids and Statements, so that a demonstration that
was interrupted is completed by running it again.
"""
