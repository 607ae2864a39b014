"""What a curious linkage unit could find out: attacks on encodings, to be run before sending.

They are generic: they know arrays and nothing of a scheme; what an attacker knows of the scheme
comes in by a callback with which it simulates the scheme under keys of its own.
``target`` and ``guesses`` are what goes in and comes out; ``simulate`` (with ``smooth``) and
``people`` make what goes in; ``known_pairs`` (with ``scored``, ``ridge`` and ``kriging``) and
``graph_matching`` (with ``attempts``, ``initialise``, ``refine`` and ``pair_scores``) are the
attacks. That an attack fails never means that an encoding is secure.
"""

from __future__ import annotations

from linkage.attack.graph_matching import match_graphs
from linkage.attack.guesses import Guesses
from linkage.attack.known_pairs import regress_known_pairs
from linkage.attack.target import Background, Target

__all__ = ["Background", "Guesses", "Target", "match_graphs", "regress_known_pairs"]
