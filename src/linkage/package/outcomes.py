"""The closed list of reasons for which a package is refused: one code and one wording each.

=====  ==================================================================
E550   not a package
E551   a version of the format that this software does not know
E552   truncated or damaged: any failure of authenticity, one message
E553   sealed to another recipient
E554   the sender is not a party of the agreement, or not in the right role
E555   signed by somebody else than the sender
E556   made under another agreement (another text of the same project and round)
E557   made for another project
E558   made for another round
E559   the sender's list is another one
E560   authentic, but its content breaks the agreement or the format
E561   a package of the other kind
E562   too large for one package
E563   a crosswalk that is damaged, or belongs to another identity
=====  ==================================================================

A project key that differs (E402) shows only beside other packages:
see :mod:`linkage.package.key_check`.
"""

from __future__ import annotations

from linkage.errors import Fault, PackageError

__all__ = ["OUTCOMES", "refusal"]

_SEND_AGAIN = "Ask the sender to send the file again, unchanged."
_SAME_AGREEMENT = "Ask the sender to encode again under the agreement that is in force."

OUTCOMES: dict[str, tuple[str, str]] = {
    "E550": (
        "{name} is not a linkage package.",
        "Choose the .lnk file that `linkage encode` or `linkage release` wrote.",
    ),
    "E551": (
        "{name} is of a package version that this software does not know.",
        "Install a newer version of linkage, or ask the sender for a file of this version.",
    ),
    "E552": ("{name} is truncated or damaged.", _SEND_AGAIN),
    "E553": (
        "{name} is sealed to another recipient.",
        "Give the identity of the party it was sealed to, or ask the sender to check the roster.",
    ),
    "E554": (
        "{name} comes from a party that may not send it: {detail}.",
        "Only a data owner sends encodings, and only the linkage unit sends an overlap table.",
    ),
    "E555": (
        "{name} is signed by somebody else than its sender.",
        "Do not use it. Tell the coordinator, and compare fingerprints by telephone.",
    ),
    "E556": (
        "{name} was made under another agreement ({detail}).",
        "Compare the agreement's fingerprint with the sender. " + _SAME_AGREEMENT,
    ),
    "E557": ("{name} was made for another project ({detail}).", _SAME_AGREEMENT),
    "E558": ("{name} was made for another round ({detail}).", _SAME_AGREEMENT),
    "E559": (
        "{name} holds another list than its sender's ({detail}).",
        "Ask the sender to encode again as the party that contributes this list.",
    ),
    "E560": ("The content of {name} cannot be used: {detail}.", _SAME_AGREEMENT),
    "E561": (
        "{name} is a package of another kind ({detail}).",
        "`linkage receive` takes encodings; `linkage open` takes an overlap table.",
    ),
    "E562": (
        "{name} is larger than a package may be ({detail}).",
        "Ask the coordinator for an agreement with smaller lists or a shorter encoding.",
    ),
    "E563": (
        "{name} is not the crosswalk of this identity, or is damaged.",
        "Give the identity that encoded the list, and the crosswalk as it was written.",
    ),
}
"""Message and remedy of each outcome; ``{detail}`` never holds a value of a record."""


def refusal(code: str, name: str, detail: str = "") -> PackageError:
    """The error for an outcome.

    Args:
        code: one of :data:`OUTCOMES`.
        name: name of the file at fault.
        detail: what differs, in a few words.

    >>> print(refusal("E552", "politie.lnk"))
    E552 politie.lnk is truncated or damaged.
         Ask the sender to send the file again, unchanged.
    """
    message, remedy = OUTCOMES[code]
    return PackageError(Fault(code, message.format(name=name, detail=detail), remedy, file=name))
