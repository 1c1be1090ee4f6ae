"""The dossier of a cluster: one ZIP for auditors and successors, checked with public tools alone.

`build.write_dossier` writes it; each folder of it is a module here that registers a `Part`.
"""
