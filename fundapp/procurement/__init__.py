"""Choosing a supplier 选择供应商: quotes side by side, the choice with its reason, made by the project group itself.

Source: domain.md section 1.5 (盘龙: the residents' group picks; 采购法 art. 40: three quotes, told to all).
"""
