"""Where things are: district 区 → street 街道 → community 社区 → compound 院落 → building 楼栋 → unit 户.

A place's ``path`` holds the ids from the top, like ``/1/4/9/``: a role held at a place holds in its whole subtree.
Source: domain.md section 4, five levels.
"""
