"""The project 项目 and its life: proposal, versions, stages, and the project group 项目小组.

A draft is kept as typed. Submitting makes a version; a material change makes another. The stage moves only by deeds.
Source: domain.md section 1, peers.md section 3.
"""
