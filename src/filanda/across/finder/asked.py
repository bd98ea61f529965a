# SPDX-License-Identifier: EUPL-1.2
"""What the API takes: parameters and bodies of requests, as schemas.

Field names and codes are stable and English. Descriptions are source strings: they are translated when the OpenAPI
document is shown (site.api).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - under this name it is collected
from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from filanda.capabilities.matching.queries import LONGEST, SHORTEST
from filanda.kernel.ui.problems import INVALID, FieldError, Problem


def _printable(value: str) -> str:
    # The index takes no other values, and a filter that is dropped would find everything.
    if not value.isprintable():
        raise PydanticCustomError("not_printable", "not printable")
    return value


Code = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
HelixRoleCode = Literal["industry", "academia", "government", "civil_society", "unknown"]
SizeCode = Literal["micro", "small", "medium", "sme", "large", "unknown"]
StateCode = Literal["listed", "claimed", "verified"]
EvidenceKindCode = Literal[
    "product",
    "service",
    "project",
    "patent",
    "publication",
    "prototype",
    "dataset",
    "software",
    "standard",
    "spin_off",
]
OriginCode = Literal["stated", "confirmed", "suggested"]
SortCode = Literal["relevance", "name", "evidence"]

MATCHES, MATCHES_MOST = 10, 50
PAGE, PAGE_MOST, FURTHEST = 20, 100, 10_000
CONCEPTS, CONCEPTS_MOST = 100, 500
SUGGESTIONS, SUGGESTIONS_MOST = 8, 20
VALUES_MOST = 40


class Parameters(Schema):
    """Parameters of a query string. One that is not known is refused: a misspelt filter would find everything."""

    lang: str | None = Field(
        None,
        description=N_(
            "Language of labels and messages, one of the region's. Without it, Accept-Language decides, else the "
            "region's own language."
        ),
        json_schema_extra={"enum": ["it", "en"]},
    )

    @model_validator(mode="before")
    @classmethod
    def _only_known(cls, data: Any, info: ValidationInfo) -> Any:
        asked = (info.context or {})["request"].GET
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if unknown := [name for name in asked if name not in known]:
            sentence = _("There is no such parameter here. There are: %(names)s.") % {"names": ", ".join(sorted(known))}
            raise Problem(
                INVALID,
                _("Some parameters are not known here; see errors."),
                [FieldError(sentence, parameter=name[:100]) for name in unknown[:20]],
            )
        return data


class MatchParameters(Parameters):
    pass


class Facets(Schema):
    """Values of one facet are alternatives, facets narrow each other."""

    helix_role: list[HelixRoleCode] = Field([], max_length=VALUES_MOST, description=N_("Place in the quadruple helix."))
    s3: list[Code] = Field(
        [],
        max_length=VALUES_MOST,
        description=N_("Codes of the regional smart specialisation strategy: ecosystems or topics. See /concepts."),
    )
    activity: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("ATECO section (A) or division (62). See /concepts?scheme=ateco.")
    )
    province: list[Code] = Field(
        [], max_length=VALUES_MOST, description=N_("Province codes such as MI; `unknown` for those without a place.")
    )
    evidence_kind: list[EvidenceKindCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Kinds of evidence, of which the organisation has at least one.")
    )
    size: list[SizeCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Size (Commission Recommendation 2003/361/EC).")
    )
    state: list[StateCode] = Field(
        [], max_length=VALUES_MOST, description=N_("Whether the organisation looks after its page.")
    )

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Facets with at least one value."""
        names = Facets.model_fields
        return {name: tuple(sorted(set(getattr(self, name)))) for name in names if getattr(self, name)}


class ListParameters(Parameters, Facets):
    q: str = Field(
        "", max_length=200, description=N_("Words to search for in names, descriptions and evidence. Empty: all.")
    )
    sort: SortCode | None = Field(
        None, description=N_("Order; without it by relevance when there are words, else by name.")
    )
    offset: int = Field(0, ge=0, le=FURTHEST, description=N_("How many results to skip."))
    limit: int = Field(PAGE, ge=1, le=PAGE_MOST, description=N_("How many results to give."))


class PageParameters(Parameters):
    evidence_kind: EvidenceKindCode | None = Field(None, description=N_("Give evidence of this kind alone."))
    page: int = Field(1, ge=1, le=10_000, description=N_("Page of the evidence, newest first."))
    per_page: int = Field(10, ge=1, le=PAGE_MOST, description=N_("Pieces of evidence a page."))


class ConceptParameters(Parameters):
    scheme: str = Field(
        description=N_("Which scheme: s3, ateco, nuts …; /schemes lists them."),
        max_length=40,
        examples=["s3"],
    )
    q: str = Field(
        "", max_length=200, description=N_("Beginnings of words of labels, in any language, or a code. Empty: all.")
    )
    offset: int = Field(0, ge=0, le=1_000_000, description=N_("How many concepts to skip; only without `q`."))
    limit: int = Field(CONCEPTS, ge=1, le=CONCEPTS_MOST, description=N_("How many concepts to give."))


class SuggestionParameters(Parameters):
    q: str = Field(description=N_("What was typed so far; from two characters on."), max_length=200, examples=["latte"])
    limit: int = Field(SUGGESTIONS, ge=1, le=SUGGESTIONS_MOST, description=N_("How many completions to give."))


class MatchFilters(Facets):
    model_config = ConfigDict(extra="forbid")


class MatchRequest(Schema):
    """A need, in the words of whoever has it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "Cerchiamo un laboratorio che misuri i batteri nel latte durante la lavorazione.",
                    "language": "it",
                    "limit": 5,
                    "filters": {"helix_role": ["academia"]},
                }
            ]
        },
    )

    # The limits of the text are checked by the matcher, whose sentences say more than a schema's.
    text: str = Field(
        description=N_("The need in plain words, in Italian or English. It is neither stored nor logged."),
        json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST},
    )
    language: str | None = Field(
        None, pattern="^[a-z]{2}$", description=N_("Language of the text (ISO 639-1); detected without it.")
    )
    limit: int = Field(MATCHES, ge=1, le=MATCHES_MOST, description=N_("How many organisations to give."))
    filters: MatchFilters = Field(
        default_factory=lambda: MatchFilters.model_validate({}),
        description=N_("Consider only organisations with these properties."),
    )
