"""Lists and tables: what their templates show, read in few queries and put into words."""
