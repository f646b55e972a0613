"""fundapp: neighbours propose, agree, vote, raise money, are matched, spend and evaluate, in the open."""

__version__ = "0.1.0"
