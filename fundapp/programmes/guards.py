"""What is signed, as SQL for the guards of the packages that decide under a policy; both databases read it."""


def unsigned(version: str) -> str:
    """Say that a version of a policy has fewer signatures than it must have."""
    signed = f"SELECT count(*) FROM policy_signature s WHERE s.passed AND s.policy_version_id = {version}"  # noqa: S608 - our own names
    return f"({signed}) < (SELECT v.signers FROM policy_version v WHERE v.id = {version})"  # noqa: S608 - our own names


def nothing_signed(programme: str) -> str:
    """Say that no version of a programme's policy has all its signatures."""
    return (
        f"NOT EXISTS (SELECT 1 FROM policy_version v WHERE v.programme_id = {programme} AND v.signers <= "  # noqa: S608 - our own names
        "(SELECT count(*) FROM policy_signature s WHERE s.policy_version_id = v.id AND s.passed))"
    )
