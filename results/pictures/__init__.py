"""Pictures of results, drawn on the server as SVG by pure functions."""
