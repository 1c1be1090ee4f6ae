"""The accounts of the demo, as `run.py demo` prints them."""

PASSWORD = "demo"  # noqa: S105  (the demo's own; refused unless demo_data made the database)

# address, role, what to try first
ACCOUNTS = (
    ("member@demo.example", "Member", "Propose a cluster: /clusters/propose/"),
    ("lead@demo.example", "Lead of a cluster", "Accept the lead, work the roadmap: /desk/"),
    ("coordinator1@demo.example", "Coordinator of WG1", "Decide on what waits: /review/"),
    ("coordinator2@demo.example", "Coordinator of WG2", "Return a proposal with a reason: /review/"),
    ("coordinator@demo.example", "Coordinator of WG2, second", "Decide where the other one is the proposer: /review/"),
    ("coordinator3@demo.example", "Coordinator of WG3", "Approve with conditions: /review/"),
    ("coordinator4@demo.example", "Coordinator of WG4", "Follow a cluster's history: /clusters/"),
    ("external@demo.example", "External partner", "See the cluster you were invited to: /desk/"),
    ("admin@demo.example", "Administrator", "Import members and look for bad rows: /admin/"),
)


def lines() -> list[str]:
    """Return the table, a line for each account."""
    wide = [max(len(row[column]) for row in ACCOUNTS) for column in (0, 1)]
    return [f"  {address:<{wide[0]}}  {role:<{wide[1]}}  {first}" for address, role, first in ACCOUNTS]
