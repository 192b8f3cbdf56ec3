"""Which of a quota's numbered slots are open."""

from __future__ import annotations

from collections.abc import Collection


def open_slots(taken: Collection[int], maximum: int, *, unnumbered: int = 0) -> tuple[int, ...]:
    """Return the numbers of the slots that may be taken when these are taken already.

    They are those below the maximum. Where slots beyond it are taken, as after it was lowered, or
    demos hold slots without a number, it is those below a bound so much lower that all below it
    and all others together are no more than the maximum. What was read may have changed by the
    time a slot is taken: as everybody only takes below a bound that was found like this, the
    largest that was ever found holds for all.
    """
    numbers = frozenset(taken)
    bound, others = maximum, unnumbered + sum(number >= maximum for number in numbers)
    while bound > 0 and bound + others > maximum:
        bound -= 1
        others += bound in numbers
    return tuple(number for number in range(bound) if number not in numbers)
