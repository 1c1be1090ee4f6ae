"""The demonstration: real projects, organisations and clusters of 2025, and made-up work around them.

`loading.load` makes everything in one transaction: reference data first (one noun a module), then the
clusters, each played through the functions that pages use, moment by moment, so that its history,
decisions, baselines and factsheets are what real work would have left. `bulk` adds any number of clusters
of the same shape by plain inserts. Texts stand in `data/`: CSV for tables, TOML for what is read.

Real facts keep their dates; made-up ones are days relative to today. Invented figures, decisions, quotes
and uptakes belong to made-up organisations (`is_demo`), never to real ones.
"""
