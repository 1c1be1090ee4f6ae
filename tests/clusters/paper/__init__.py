"""What a person would write down on paper about a cluster: its life, its people, its amendments.

Plain Python that imports nothing of the product, so that a rule that is wrong there is not wrong here too.
"""
