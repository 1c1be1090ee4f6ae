"""What `run.py` is made of: it sets the machine up, starts the site, runs the tests.

Standard library only, and nothing of Django: it works before anything is installed.
"""
