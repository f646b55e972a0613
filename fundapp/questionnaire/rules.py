"""Questions, answers and results as functions of values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from fundapp.kernel.errors import Refused

MOST_QUESTIONS = 8
MOST_OPTIONS = 10
TITLE_LENGTH = 60
WORDS_LENGTH = 120
OPTION_LENGTH = 60
TEXT_LENGTH = 200
HIGHEST = 1000
SHORTEST = timedelta(days=1)
LONGEST = timedelta(days=30)
USUAL = timedelta(days=7)
SMALL = 5
"""A number of households below this is never told by itself."""
MOST_STEPS = 11
BUCKETS = 5


class Kind(StrEnum):
    """How a question is answered: 单选, 多选, 数字 or 留言."""

    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"
    TEXT = "text"


class Channel(StrEnum):
    """How an answer came in."""

    PHONE = "phone"
    CODE = "code"
    PAPER = "paper"


BY_ITSELF = (Channel.PHONE, Channel.CODE)
"""The channels by which a household answers itself: what it said there is not replaced from a paper."""


@dataclass(frozen=True)
class Question:
    """One question; ``options`` for a choice, ``low`` and ``high`` for a number, neither for a text."""

    words: str
    kind: Kind
    options: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Said:
    """What a household says to one question: places of options (from 1), a number, or a text."""

    options: tuple[int, ...] = ()
    number: int | None = None
    text: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether the question was left out."""
        return not self.options and self.number is None and not self.text


@dataclass(frozen=True)
class Cell:
    """One number of a result: how many households, and what ``labels`` they are counted under, several when merged."""

    labels: tuple[str, ...]
    count: int

    @property
    def merged(self) -> bool:
        """Tell whether several labels are told as one number."""
        return len(self.labels) > 1


def check_questions(title: str, questions: Sequence[Question]) -> None:
    """Check a questionnaire before it is put to anybody.

    Raises:
        Refused: no title or question, more than eight questions, a question without words, a choice with fewer than two
            or more than ten different options, a number without sensible bounds.
    """
    if not title.strip():
        raise Refused("questionnaire.title_needed", "title")
    if len(title) > TITLE_LENGTH:
        raise Refused("questionnaire.too_long", "title", most=TITLE_LENGTH)
    if not questions:
        raise Refused("questionnaire.no_question", "questions")
    if len(questions) > MOST_QUESTIONS:
        raise Refused("questionnaire.too_many_questions", "questions", most=MOST_QUESTIONS)
    for number, question in enumerate(questions, start=1):
        _check_question(number, question)


def _check_question(number: int, question: Question) -> None:
    if not question.words.strip():
        raise Refused("questionnaire.words_needed", "questions", number=number)
    if len(question.words) > WORDS_LENGTH or any(len(words) > OPTION_LENGTH for words in question.options):
        raise Refused("questionnaire.question_too_long", "questions", number=number)
    if question.kind in (Kind.ONE, Kind.SEVERAL):
        different = {words.strip() for words in question.options if words.strip()}
        if not 2 <= len(question.options) <= MOST_OPTIONS or len(different) != len(question.options):
            raise Refused("questionnaire.options_wrong", "questions", number=number, most=MOST_OPTIONS)
    if question.kind is Kind.NUMBER:
        low, high = question.low, question.high
        if low is None or high is None or not 0 <= low < high <= HIGHEST:
            raise Refused("questionnaire.bounds_wrong", "questions", number=number, most=HIGHEST)


def check_said(questions: Sequence[Question], said: Mapping[int, Said]) -> None:
    """Check a household's answer; a question may be left out, all of them may not.

    Raises:
        Refused: nothing is said, or something that the question does not offer; the field is ``q`` with its number.
    """
    if all(one.empty for one in said.values()):
        raise Refused("questionnaire.nothing_said")
    for number, one in said.items():
        if not 1 <= number <= len(questions) or not (one.empty or _fits(questions[number - 1], one)):
            raise Refused("questionnaire.does_not_fit", f"q{number}", number=number)


def _fits(question: Question, said: Said) -> bool:
    if question.kind in (Kind.ONE, Kind.SEVERAL):
        known = all(1 <= place <= len(question.options) for place in said.options)
        once = len(set(said.options)) == len(said.options)
        few = question.kind is Kind.SEVERAL or len(said.options) == 1
        return bool(known and once and few and said.options and said.number is None and not said.text)
    if said.options:
        return False
    if question.kind is Kind.NUMBER:
        low, high = question.low or 0, question.high or 0
        return said.number is not None and not said.text and low <= said.number <= high
    return said.number is None and 0 < len(said.text) <= TEXT_LENGTH


def merged(cells: Iterable[Cell]) -> list[Cell]:
    """Merge numbers from 1 to 4 with each other, and with the next larger ones until the sum is not small.

    The sum of all cells is told elsewhere, so a single small cell would follow from the others: it never stands alone.
    A 0 tells of nobody and stays. The merged cell stands last; the others keep their order.

    >>> [(cell.labels, cell.count) for cell in merged([Cell(("a",), 9), Cell(("b",), 3), Cell(("c",), 2)])]
    [(('a',), 9), (('b', 'c'), 5)]
    """
    listed = list(cells)
    filled = sorted((place for place, cell in enumerate(listed) if cell.count), key=lambda place: listed[place].count)
    taken: list[int] = []
    total = 0
    for place in filled:
        if listed[place].count >= SMALL and (not taken or (total >= SMALL and len(taken) > 1)):
            break
        taken.append(place)
        total += listed[place].count
    kept = [cell for place, cell in enumerate(listed) if place not in taken]
    if not taken:
        return kept
    labels = tuple(label for place in sorted(taken) for label in listed[place].labels)
    return [*kept, Cell(labels, total)]


def cells_of(question: Question, answers: Sequence[Said], left_out: str, wrote: str) -> list[Cell]:
    """Count one question over all households that answered the questionnaire, small numbers merged.

    A household counts once per option it chose; ``left_out`` is the label for those that skipped the question, who are
    always counted as well, ``wrote`` the one for those that wrote a text.
    """
    silent = sum(one.empty for one in answers)
    counted: list[Cell] = []
    if question.kind in (Kind.ONE, Kind.SEVERAL):
        chosen = Counter(place for one in answers for place in one.options)
        counted = [Cell((words,), chosen[place]) for place, words in enumerate(question.options, start=1)]
    elif question.kind is Kind.NUMBER:
        numbers = [one.number for one in answers if one.number is not None]
        counted = [
            Cell((f"{low}" if low == high else f"{low}–{high}",), sum(low <= one <= high for one in numbers))
            for low, high in steps_of(question.low or 0, question.high or 0)
        ]
    else:
        counted = [Cell((wrote,), len(answers) - silent)]
    return merged([*counted, Cell((left_out,), silent)])


def steps_of(low: int, high: int) -> list[tuple[int, int]]:
    """Cut a range of numbers: each number by itself where they are few, else five ranges as even as can be.

    >>> steps_of(1, 5)
    [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
    >>> steps_of(0, 100)
    [(0, 20), (21, 40), (41, 60), (61, 80), (81, 100)]
    """
    span = high - low + 1
    if span <= MOST_STEPS:
        return [(number, number) for number in range(low, high + 1)]
    each, more = divmod(span, BUCKETS)
    steps, start = [], low
    for place in range(BUCKETS):
        end = start + each + (place < more) - 1
        steps.append((start, end))
        start = end + 1
    return steps


def mean_of(answers: Sequence[Said]) -> Fraction | None:
    """Give the exact mean of the numbers, only over so many that it tells of nobody; else ``None``."""
    numbers = [one.number for one in answers if one.number is not None]
    return Fraction(sum(numbers), len(numbers)) if len(numbers) >= SMALL else None


def tenth_text(value: Fraction) -> str:
    """Print a mean with one decimal, half up.

    >>> tenth_text(Fraction(17, 4)), tenth_text(Fraction(5))
    ('4.3', '5.0')
    """
    tenths = (value * 20 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"
