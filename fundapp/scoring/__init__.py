"""评选打分: projects chosen by criteria, where a programme does not choose by a vote of its households.

Words: a *sheet* (评分表) names criteria with weights, the projects and the members who score; a *paper* (打分卷)
is what one member gives. From its opening nothing of a sheet moves; papers are final, signed with the member's name,
and published after the close, so that anybody can add them up again. Source: the five criteria of Panlong
(domain.md, S2).
"""
