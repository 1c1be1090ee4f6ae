"""Speed and scale, measured: `python3 run.py bench`. What the numbers mean stands in docs/performance.md.

`places` are databases, filled, served and looked at (`look` runs inside of the site); `load` is a client and what it
costs the server; `report` writes the tables; `urls` and `settings` are the site's own with two floors to compare with.
"""
