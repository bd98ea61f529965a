# SPDX-License-Identifier: EUPL-1.2
"""Schemes in SKOS (W3C Recommendation 18 August 2009): RDF/XML, Turtle, N-Triples, JSON-LD, read by rdflib.

A file from elsewhere is not trusted: it is bounded in size, XML entities that could grow are refused, and nothing
it points to is ever fetched (external entities, JSON-LD contexts by address).
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from django.utils.translation import gettext as _
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDFS
from rdflib.term import Node

from filanda.directory.taxonomies.importers.csv import MAX_BYTES, read_bytes
from filanda.directory.taxonomies.models import ConceptMapping
from filanda.directory.taxonomies.records import ConceptRecord, Problem, SchemeData, UnreadableFile
from filanda.kernel.text.folding import clean

SKOSXL = Namespace("http://www.w3.org/2008/05/skos-xl#")
FORMATS = {
    ".rdf": "xml",
    ".xml": "xml",
    ".owl": "xml",
    ".skos": "xml",
    ".ttl": "turtle",
    ".n3": "turtle",
    ".nt": "nt",
    ".jsonld": "json-ld",
    ".json": "json-ld",
}
MAX_ENTITY = 500
MAX_GROWTH = 16 * 1024 * 1024
MAX_NESTING = 100

_LANGUAGE = re.compile(r"^[a-z]{2,3}$")
_ENTITY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_REFERENCE = re.compile(rb"&([A-Za-z_][A-Za-z0-9_.-]*);")
_XML_ENCODINGS = {"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}


def read_skos(path: Path, *, slug: str, scheme_uri: str = "", text_without_language: str = "en") -> SchemeData:
    """Read the scheme `scheme_uri` (or the only one) of the file at `path`.

    The code of a concept is its skos:notation, else the last part of its URI. Labels without a language tag count
    as `text_without_language`. Of several broader concepts the first by code is kept and the doubt reported.
    Raises UnreadableFile.
    """
    kind = FORMATS.get(path.suffix.casefold())
    if kind is None:
        raise UnreadableFile(
            _("The ending of %(name)s does not say what it is. Known: %(endings)s.")
            % {"name": path.name, "endings": ", ".join(sorted(FORMATS))}
        )
    content = read_bytes(path, limit=MAX_BYTES)
    graph = _parse(content, kind)
    scheme = _choose_scheme(graph, scheme_uri)
    return _read(graph, scheme, slug, text_without_language)


def _parse(content: bytes, kind: str) -> Graph:
    if kind == "xml":
        refuse_growing_entities(content)
    elif kind == "json-ld":
        _refuse_fetching(content)
    graph = Graph()
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    try:
        graph.parse(data=content, format=kind, publicID="urn:filanda:file:")
    except RecursionError:
        raise UnreadableFile(_("The file is nested too deeply to be a list of concepts.")) from None
    except Exception as error:  # noqa: BLE001 - rdflib's parsers raise anything at all, AssertionError and KeyError included
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise UnreadableFile(
            _("The file is not valid %(format)s: %(why)s") % {"format": kind.upper(), "why": why}
        ) from None
    return graph


class _RootReached(Exception):
    """Everything that a DOCTYPE may declare comes before the root element."""


def refuse_growing_entities(content: bytes) -> None:
    """Raise UnreadableFile for XML whose entities reach outside, build on each other or would grow it much.

    Short internal entities for namespaces, as ontology editors write them, are let through.
    """
    sizes: dict[bytes, int] = {}

    def declared(name: str, is_parameter: int, value: str | None, *where: Any) -> None:
        if value is None or is_parameter:
            raise UnreadableFile(_("The file declares XML entities that lie outside of it. Remove its DOCTYPE."))
        if "&" in value or "%" in value or len(value) > MAX_ENTITY or not _ENTITY_NAME.match(name):
            raise UnreadableFile(_("The file declares XML entities that could grow without end. Remove its DOCTYPE."))
        sizes[name.encode("ascii")] = len(value)

    def said(version: str, encoding: str | None, standalone: int) -> None:
        if (encoding or "utf-8").casefold() not in _XML_ENCODINGS:
            raise UnreadableFile(_("XML in %(encoding)s is not read. Save the file in UTF-8.") % {"encoding": encoding})

    def root(name: str, attributes: dict[str, str]) -> None:
        raise _RootReached

    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:100]:
        raise UnreadableFile(_("XML in %(encoding)s is not read. Save the file in UTF-8.") % {"encoding": "UTF-16"})
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.XmlDeclHandler = said
    parser.StartElementHandler = root
    try:
        parser.Parse(content, True)
    except _RootReached:
        pass
    except expat.ExpatError as error:
        raise UnreadableFile(_("The file is not valid XML: %(why)s") % {"why": error}) from None
    if sizes and sum(sizes.get(name, 0) for name in _REFERENCE.findall(content)) > MAX_GROWTH:
        raise UnreadableFile(_("The file declares XML entities that could grow without end. Remove its DOCTYPE."))


def _refuse_fetching(content: bytes) -> None:
    """Raise UnreadableFile for JSON-LD that would have us fetch a context, or that is no JSON."""
    try:
        pending: list[tuple[Any, bool, int]] = [(json.loads(content), False, 0)]
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(_("The file is not valid JSON: %(why)s") % {"why": str(error)[:200]}) from None
    while pending:
        value, is_context, depth = pending.pop()
        if depth > MAX_NESTING:
            raise UnreadableFile(_("The file is nested too deeply to be a list of concepts."))
        if isinstance(value, str) and is_context:
            raise UnreadableFile(
                _("The JSON-LD context is at an address (%(address)s), and nothing is fetched. Write it into the file.")
                % {"address": value[:200]}
            )
        if isinstance(value, list):
            pending += [(item, is_context, depth + 1) for item in value]
        elif isinstance(value, dict):
            if "@import" in value:
                raise UnreadableFile(_("The JSON-LD context imports another. Write it into the file."))
            pending += [(item, key == "@context", depth + 1) for key, item in value.items()]


def _choose_scheme(graph: Graph, scheme_uri: str) -> URIRef | None:
    schemes = sorted({str(node) for node in graph.subjects(RDF.type, SKOS.ConceptScheme) if isinstance(node, URIRef)})
    if scheme_uri:
        if scheme_uri not in schemes:
            raise UnreadableFile(
                _("There is no scheme %(uri)s in the file. It has: %(schemes)s.")
                % {"uri": scheme_uri, "schemes": ", ".join(schemes[:10]) or "-"}
            )
        return URIRef(scheme_uri)
    if len(schemes) > 1:
        raise UnreadableFile(
            _("The file holds several schemes. Say which with --scheme-uri: %(schemes)s.")
            % {"schemes": ", ".join(schemes[:10])}
        )
    return URIRef(schemes[0]) if schemes else None


def _members(graph: Graph, scheme: URIRef | None) -> list[URIRef]:
    """The concepts of `scheme`; all concepts where the file does not say which belong to it."""
    concepts = {node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef)}
    concepts |= {node for node in graph.subjects(SKOS.prefLabel) if isinstance(node, URIRef) and node != scheme}
    stated: set[Node] = set()
    if scheme is not None:
        stated |= set(graph.subjects(SKOS.inScheme, scheme)) | set(graph.subjects(SKOS.topConceptOf, scheme))
        stated |= set(graph.objects(scheme, SKOS.hasTopConcept))
    members = concepts & stated if concepts & stated else concepts
    return sorted(members, key=str)


def _read(graph: Graph, scheme: URIRef | None, slug: str, text_without_language: str) -> SchemeData:
    data = SchemeData(slug=slug, concepts=[])
    if scheme is not None:
        data.uri = str(scheme)[:300]
        for title in (SKOS.prefLabel, DCTERMS.title, RDFS.label):
            data.labels = data.labels or _texts(graph, scheme, title, text_without_language)
        data.descriptions = _texts(graph, scheme, DCTERMS.description, text_without_language)
        data.version = str(graph.value(scheme, OWL.versionInfo) or "")[:60]
        data.publisher = str(graph.value(scheme, DCTERMS.publisher) or "")[:200]
        data.licence = str(graph.value(scheme, DCTERMS.license) or "")[:200]
    members = _members(graph, scheme)
    if not members:
        raise UnreadableFile(_("There is no skos:Concept in the file."))
    codes = {node: _code(graph, node) for node in members}
    above = _broader(graph, codes)
    data.concepts = [
        _concept(graph, node, codes, above.get(node, []), data.problems, text_without_language)
        for node in sorted(members, key=lambda node: (_natural(codes[node]), str(node)))
    ]
    return data


def _concept(
    graph: Graph,
    node: URIRef,
    codes: dict[URIRef, str],
    above: list[URIRef],
    problems: list[Problem],
    text_without_language: str,
) -> ConceptRecord:
    code = codes[node]
    if len(above) > 1:
        reason = _("It has %(count)d broader concepts; %(kept)s was kept.")
        values = {"count": len(above), "kept": _code(graph, above[0])}
        advice = _("A concept has one place in the tree here. State one broader concept if another is meant.")
        problems.append(Problem(None, code, reason % values, advice, is_left_out=False))
    alt_labels = _many_texts(graph, node, SKOS.altLabel, text_without_language)
    for language, texts in _many_texts(graph, node, SKOS.hiddenLabel, text_without_language).items():
        alt_labels[language] = [*alt_labels.get(language, []), *texts]
    return ConceptRecord(
        code=code,
        uri=str(node)[:300],
        labels=_texts(graph, node, SKOS.prefLabel, text_without_language),
        alt_labels={language: sorted(set(texts)) for language, texts in sorted(alt_labels.items())},
        definitions=_texts(graph, node, SKOS.definition, text_without_language)
        or _texts(graph, node, SKOS.scopeNote, text_without_language),
        broader=_code(graph, above[0]) if above else "",
        is_deprecated=str(graph.value(node, OWL.deprecated) or "").casefold() in {"true", "1"},
        mappings=sorted(
            (kind.value, str(target))
            for kind in ConceptMapping.Kind
            for target in graph.objects(node, SKOS[kind.value])
            if isinstance(target, URIRef)
        ),
    )


def _code(graph: Graph, node: URIRef) -> str:
    notations = sorted(clean(str(value)) for value in graph.objects(node, SKOS.notation))
    if notations and notations[0]:
        return notations[0]
    return clean(unquote(re.split(r"[/#]", str(node).rstrip("/#"))[-1]))


def _natural(code: str) -> list[tuple[bool, int, str]]:
    """Sort key that puts 2 before 10, and numbers before words."""
    parts = (part for part in re.split(r"([0-9]{1,15})", code) if part)
    return [(False, int(part), "") if part.isdecimal() and part.isascii() else (True, 0, part) for part in parts]


def _broader(graph: Graph, codes: dict[URIRef, str]) -> dict[URIRef, list[URIRef]]:
    """Broader concepts of each, by code, from skos:broader and skos:narrower alike.

    One that is not in the scheme is named only where there is no other: `records.check` then says that it is missing.
    """
    above: dict[URIRef, set[URIRef]] = {}
    for predicate, is_reversed in ((SKOS.broader, False), (SKOS.narrower, True)):
        for subject, target in graph.subject_objects(predicate):
            low, high = (target, subject) if is_reversed else (subject, target)
            if isinstance(low, URIRef) and isinstance(high, URIRef) and low in codes:
                above.setdefault(low, set()).add(high)
    return {
        low: sorted({high for high in highs if high in codes} or highs, key=lambda node: _order(graph, codes, node))
        for low, highs in above.items()
    }


def _order(graph: Graph, codes: dict[URIRef, str], node: URIRef) -> tuple[list[tuple[bool, int, str]], str]:
    return _natural(codes.get(node) or _code(graph, node)), str(node)


def _literals(graph: Graph, node: URIRef, predicate: URIRef) -> list[Literal]:
    """Literals of `predicate`, and for labels those of its SKOS-XL form."""
    found = [value for value in graph.objects(node, predicate) if isinstance(value, Literal)]
    name = str(predicate).rsplit("#", 1)[-1]
    if str(predicate).startswith(str(SKOS)) and name.endswith("Label"):
        for label in graph.objects(node, SKOSXL[name]):
            found += [value for value in graph.objects(label, SKOSXL.literalForm) if isinstance(value, Literal)]
    return sorted(found, key=lambda value: (value.language or "", str(value)))


def _many_texts(graph: Graph, node: URIRef, predicate: URIRef, default: str) -> dict[str, list[str]]:
    """Texts by language; "en-GB" counts as "en" and comes after plain "en"."""
    texts: dict[str, list[str]] = {}
    for literal in _literals(graph, node, predicate):
        language = (literal.language or default).casefold().split("-")[0]
        text = " ".join(clean(str(literal)).split())
        if text and _LANGUAGE.match(language):
            texts.setdefault(language, []).append(text)
    return texts


def _texts(graph: Graph, node: URIRef, predicate: URIRef, default: str) -> dict[str, str]:
    return {language: texts[0] for language, texts in sorted(_many_texts(graph, node, predicate, default).items())}
