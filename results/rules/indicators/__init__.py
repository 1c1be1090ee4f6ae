"""The rules of the programme's indicators: documented code, one module a family; names and targets are data."""
