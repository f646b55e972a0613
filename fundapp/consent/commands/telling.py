"""The words of a result that stand in the project's public history for good."""

from fundapp.consent.models import ConsentResult, ConsentRound, Outcome
from fundapp.consent.rules import area_text, asks_owners

_HEADS = {
    Outcome.PASSED: "征求意见通过",
    Outcome.FAILED: "征求意见未通过",
    Outcome.NO_QUORUM: "征求意见参与不足",
    Outcome.UNDETERMINED: "面积没有登记全，征求意见不能断定是否通过，补齐后可以重新征求",
    Outcome.ADVICE: "议事意见已收集，只供参考，不作决定",
}


def told(round_: ConsentRound, result: ConsentResult) -> str:
    """Say a result with every number apart."""
    noun = "人" if asks_owners(round_.regime) else "户"
    follow = f"，从众 {result.follow} {noun}" if round_.follow else ""
    numbers = (
        f"{result.heads} {noun}中同意 {result.agree} {noun}，反对 {result.oppose} {noun}，"
        f"弃权 {result.abstain} {noun}{follow}"
    )
    area = ""
    if result.area_cm2 is not None and result.area_participating is not None and result.area_agree is not None:
        area = (
            f"；面积 {area_text(result.area_cm2)} 平方米中参与 {area_text(result.area_participating)} 平方米，"
            f"同意 {area_text(result.area_agree)} 平方米"
        )
    needs = result.outcome in (Outcome.PASSED, Outcome.FAILED)
    bar = f"，门槛 {result.needed} {noun}" if needs else ""
    return f"{_HEADS[result.outcome]}：{numbers}{bar}{area}。"
