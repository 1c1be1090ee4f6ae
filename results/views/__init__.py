"""Pages of results: one domain call each, its result or refusal turned into HTTP."""
