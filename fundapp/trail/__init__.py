"""The public pages 公开页: home, projects, one project's whole trail, communities, pools, the public ledger.

Open to everybody, without sign-in; never a name of a resident, never a door. Source: peers.md row 76.
"""
