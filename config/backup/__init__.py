"""One archive of everything that a site knows: made while it works, read back into an empty database.

`rows` and `files` say what belongs into it, `archive` how it lies on the disk, `making` and `restoring` are the two
ways. The shape is the database's neither: an archive of SQLite is read into PostgreSQL and the other way round.
"""
