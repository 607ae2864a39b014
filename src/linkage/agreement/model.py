"""The agreement as a typed, strict, frozen model: what every party signs and follows."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from linkage.agreement.profiles import PROFILES, ProfileName

__all__ = [
    "Agreement",
    "Disclosure",
    "Encoding",
    "FieldRule",
    "Identifier",
    "ListRule",
    "Party",
    "Role",
    "Signature",
    "Stratum",
]

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A short name: lower-case letters, digits, ``_`` and ``-``, starting with a letter."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Role = Literal["coordinator", "data-owner", "linkage-unit", "analyst"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ListRule(_Strict):
    """The list a data owner contributes."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,15}$")]
    description: Text
    expected_records: Annotated[int, Field(ge=1, le=20_000_000)]


class Party(_Strict):
    """One organisation, its single role and its public keys."""

    id: Identifier
    name: Text
    role: Role
    public_key: Text
    legal_basis: Text | None = None
    list: ListRule | None = None

    @model_validator(mode="after")
    def _owners_have_lists(self) -> Self:
        if self.role == "data-owner":
            if self.list is None:
                raise ValueError("a data owner needs a [parties.list] table")
            if self.legal_basis is None:
                raise ValueError("a data owner needs a legal_basis")
        elif self.list is not None:
            raise ValueError(f"a {self.role} has no list: one party, one role")
        return self


class FieldRule(_Strict):
    """One identifying field: its kind, its standardisation, its weight and its filters.

    Attributes:
        name: name of the field, which the owner's mapping refers to.
        kind: name, date, code or text.
        tag: fields of one tag share their tokens, so that swapped given and family names
            cost nothing; the field's own name unless set.
        weight: weight of each token (1 to 9); in a CLK, bits per token in proportion.
        filters: the agreement's filters that this field goes into.
        values: allowed codes (kind code only).
        drop_particles: leave out van, der, al, bin ... (kind name only).
        placeholders: month-day combinations that stand for "unknown day and month"
            (kind date only).
    """

    name: Identifier
    kind: Literal["name", "date", "code", "text"]
    tag: Identifier | None = None
    weight: Annotated[int, Field(ge=1, le=9)] = 1
    filters: Annotated[tuple[Identifier, ...], Field(min_length=1, strict=False)] = ("all",)
    required: bool = False
    values: Annotated[tuple[Value, ...] | None, Field(strict=False)] = None
    drop_particles: bool = True
    placeholders: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")], ...],
        Field(strict=False),
    ] = ("01-01",)

    @property
    def token_tag(self) -> str:
        """The tag under which this field's tokens are hashed."""
        return self.tag or self.name

    @model_validator(mode="after")
    def _codes_have_values(self) -> Self:
        if (self.kind == "code") != (self.values is not None):
            raise ValueError("values are given for a field of kind code, and only for one")
        if len(set(self.filters)) != len(self.filters):
            raise ValueError("a filter is named twice")
        return self


class Stratum(_Strict):
    """One way to break the counts down; a value travels in the clear inside the package.

    Attributes:
        name: name of the stratum, which the owner's mapping refers to.
        kind: ``code`` (a value map), ``year`` (of a date column) or ``age-group`` (from a
            date of birth and a reference date).
        values: allowed values, in the order of every table.
        bounds: for ``age-group``, the ages at which the next value begins; one fewer than
            values.
    """

    name: Identifier
    kind: Literal["code", "year", "age-group"] = "code"
    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=200, strict=False)]
    bounds: Annotated[tuple[int, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _values_fit_the_kind(self) -> Self:
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value is listed twice")
        if "unknown" in self.values:
            raise ValueError('"unknown" is always there and is not listed')
        if self.kind == "age-group":
            if len(self.bounds) != len(self.values) - 1:
                raise ValueError("age-group needs one bound fewer than values")
            if list(self.bounds) != sorted(set(self.bounds)):
                raise ValueError("bounds must increase")
        elif self.bounds:
            raise ValueError("only an age-group has bounds")
        if self.kind == "year" and not all(v.isdigit() and len(v) == 4 for v in self.values):
            raise ValueError("the values of a year are four digits each")
        return self


class Encoding(_Strict):
    """The named profile and what may travel beside the encodings.

    Attributes:
        profile: see :mod:`linkage.agreement.profiles`.
        insecure: must be true to use a profile that is known to fall (``clk``).
        filters: names of the filters of a record, in order; the profile's own unless set.
        presence: whether the pattern of present fields may travel in the package.
        token_counts: whether the number of different tokens of each filter may travel.
        filter_weights: weight of each filter's similarity in the combined score; unless set
            the profile's own, or all alike where the filters are not the profile's.
    """

    profile: ProfileName = "strong"
    insecure: bool = False
    filters: Annotated[
        tuple[Identifier, ...] | None, Field(min_length=1, max_length=4, strict=False)
    ] = None
    presence: bool = False
    token_counts: bool = False
    filter_weights: dict[Identifier, Annotated[int, Field(ge=1, le=100)]] | None = None


class Disclosure(_Strict):
    """What may be published.

    Attributes:
        rule: ``suppress`` (cells under the minimum, with complementary suppression) or
            ``round`` (every cell to a multiple of the base).
        minimum_cell: smallest count that may appear (rule suppress).
        rounding_base: base of the rounding (rule round).
    """

    rule: Literal["suppress", "round"] = "suppress"
    minimum_cell: Annotated[int, Field(ge=3, le=1000)] = 10
    rounding_base: Annotated[int, Field(ge=3, le=1000)] = 5


class Signature(_Strict):
    """A party's Ed25519 signature over the agreement's fingerprint."""

    party: Identifier
    signature: Text


class Agreement(_Strict):
    """What is linked, why, by whom, how, and what may come out.

    The signatures are not part of what is signed: the fingerprint leaves them out.
    """

    format: Literal["linkage-agreement/1"]
    id: Identifier
    round: Annotated[int, Field(ge=1, le=10_000)] = 1
    title: Text
    purpose: Text
    dpia_reference: Text
    case_definition: Text
    reference_period_start: dt.date
    reference_period_end: dt.date
    expires: dt.date
    delete_by: dt.date
    minimum_list_size: Annotated[int, Field(ge=10, le=1_000_000)] = 50
    minimum_stratum_records: Annotated[int, Field(ge=1, le=1000)] = 3
    allow_links: bool = False
    encoding: Encoding = Encoding()
    disclosure: Disclosure = Disclosure()
    fields: Annotated[tuple[FieldRule, ...], Field(min_length=1, max_length=32, strict=False)]
    strata: Annotated[tuple[Stratum, ...], Field(max_length=16, strict=False)] = ()
    parties: Annotated[tuple[Party, ...], Field(min_length=1, strict=False)]
    signatures: Annotated[tuple[Signature, ...], Field(strict=False)] = ()

    @property
    def owners(self) -> tuple[Party, ...]:
        """The data owners, in the agreement's order (the order of lists in every table)."""
        return tuple(party for party in self.parties if party.role == "data-owner")

    @property
    def lists(self) -> tuple[str, ...]:
        """Ids of the lists, in the agreement's order."""
        return tuple(owner.list.id for owner in self.owners if owner.list is not None)

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of a record's filters, in order: the agreement's own, or the profile's."""
        return self.encoding.filters or PROFILES[self.encoding.profile].filters

    @property
    def filter_weights(self) -> tuple[int, ...]:
        """Weight of each filter's similarity in the score, in the order of :attr:`filters`.

        The agreement's own weights, or the profile's where the filters are the profile's, or
        1 each.
        """
        profile = PROFILES[self.encoding.profile]
        weights = self.encoding.filter_weights
        if weights is None and set(self.filters) == set(profile.filters):
            weights = dict(zip(profile.filters, profile.filter_weights, strict=True))
        return tuple(weights[name] if weights else 1 for name in self.filters)

    def party(self, party_id: str) -> Party | None:
        """The party of that id, or None."""
        return next((party for party in self.parties if party.id == party_id), None)

    def with_role(self, role: Role) -> tuple[Party, ...]:
        """All parties of a role, in the agreement's order."""
        return tuple(party for party in self.parties if party.role == role)
