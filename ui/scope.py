"""Asking within a document, an issuer or a year: the choices on the page, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Scope
from ui.library import Listed
from ui.words import Words

Choices = list[tuple[str, str]]
"""What a reader sees, and the value behind it; an empty value holds nothing back."""


def choices(listed: Sequence[Listed], words: Words) -> tuple[Choices, Choices, Choices]:
    """Documents, issuers and years to choose from."""
    documents = [
        (f"{one.document.title} · {one.document.paths[0]}", one.document.paths[0]) for one in listed
    ]
    abouts = [one.document.metadata for one in listed]
    issuers = sorted({about.issuer for about in abouts if about.issuer})
    years = {str(year) for about in abouts for year in about.years}
    years |= {about.date[:4] for about in abouts if about.date}
    return (
        [(words.any_document, ""), *documents],
        [(words.any_issuer, ""), *((issuer, issuer) for issuer in issuers)],
        [(words.any_year, ""), *((year, year) for year in sorted(years, reverse=True))],
    )


def scope(document: str, issuer: str, year: str) -> tuple[Scope, str]:
    """The scope that was chosen, and in words what it holds to, empty for everything."""
    chosen = Scope(issuer or "", int(year) if year and year.isdigit() else None, document or "")
    said = (chosen.document, chosen.issuer, str(chosen.year or ""))
    return chosen, " · ".join(part for part in said if part)
