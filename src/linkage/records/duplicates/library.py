"""The plaintext linkage library: an extra, imported when it is used and nowhere else."""

from __future__ import annotations

import contextlib
import importlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from linkage.errors import Fault, UsageError

__all__ = ["plaintext_library", "quiet"]


def plaintext_library(name: str = "recordlinkage") -> Any:
    """``recordlinkage``, or something that comes with it, such as ``pandas``.

    Args:
        name: the module.

    Raises:
        UsageError: E222 the extra ``duplicates`` is not installed.
    """
    try:
        with quiet():
            return importlib.import_module(name)
    except ImportError:
        raise UsageError(
            Fault(
                "E222",
                "Looking for duplicates inside a list needs the extra duplicates, which is not "
                "installed.",
                'Install it with `pip install "linkage[duplicates]"`, or leave --duplicates out: '
                "what the\nlinkage unit recognises as one person on your list it merges itself.",
            )
        ) from None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's warnings and log lines to itself: ours are written for data owners.

    What they are about (EM without an answer, coming changes of pandas) is dealt with where
    the result is used: probabilities that are not finite are not taken.
    """
    before, nothing = logging.root.manager.disable, logging.NullHandler()
    logging.root.addHandler(nothing)  # else the library's first line would add one to stderr
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        logging.root.removeHandler(nothing)
