"""Rules of the community: what may be done, by whom, and what is lacking, as a sentence."""
