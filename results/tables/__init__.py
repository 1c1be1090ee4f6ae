"""Lists of results: what their templates show, read in few queries and put into words."""
