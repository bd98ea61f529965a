# SPDX-License-Identifier: EUPL-1.2
import json
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filanda.directory.taxonomies.importers.skos import read_skos
from filanda.directory.taxonomies.records import UnreadableFile, check

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix c: <http://example.org/colours/> .

c: a skos:ConceptScheme ; dct:title "Colori"@it, "Colours"@en ; owl:versionInfo "3" .
c:warm a skos:Concept ; skos:inScheme c: ; skos:prefLabel "Caldi"@it, "Warm"@en ; skos:notation "1" .
c:red a skos:Concept ; skos:inScheme c: ; skos:notation "1.10" ; skos:broader c:warm ;
    skos:prefLabel "Rosso"@it, "Red"@en-GB, "Rouge"@fr ; skos:altLabel "Vermiglio"@it, "Scarlatto"@it ;
    skos:hiddenLabel "roso"@it ; skos:definition "Come il sangue"@it ; skos:exactMatch <http://elsewhere.example/red> .
c:orange a skos:Concept ; skos:inScheme c: ; skos:notation "1.9" ;
    skosxl:prefLabel [ skosxl:literalForm "Arancio"@it ] .
c:warm skos:narrower c:orange .
c:old a skos:Concept ; skos:inScheme c: ; skos:prefLabel "Old" ; owl:deprecated true .
"""

RDF_XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rdf:RDF [ <!ENTITY skos "http://www.w3.org/2004/02/skos/core#"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="&skos;">
  <skos:Concept rdf:about="http://example.org/a"><skos:prefLabel xml:lang="it">Àlbero</skos:prefLabel></skos:Concept>
  <rdf:Description rdf:about="http://example.org/b"><rdf:type rdf:resource="&skos;Concept"/>
    <skos:prefLabel xml:lang="it">Foglia</skos:prefLabel><skos:broader rdf:resource="http://example.org/a"/>
  </rdf:Description>
</rdf:RDF>"""


def read(tmp_path, content, ending=".ttl", **options):
    path = tmp_path / f"scheme{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check(read_skos(path, slug="test", **options))


def test_turtle_becomes_records(tmp_path):
    data = read(tmp_path, TURTLE)
    assert (data.labels, data.version, data.uri) == (
        {"en": "Colours", "it": "Colori"},
        "3",
        "http://example.org/colours/",
    )
    by_code = {record.code: record for record in data.concepts}
    assert list(by_code) == ["1", "1.9", "1.10", "old"]
    red = by_code["1.10"]
    assert red.labels == {"en": "Red", "fr": "Rouge", "it": "Rosso"}
    assert red.alt_labels == {"it": ["Scarlatto", "Vermiglio", "roso"]}
    assert red.definitions == {"it": "Come il sangue"}
    assert red.mappings == [("exactMatch", "http://elsewhere.example/red")]
    assert (red.broader, by_code["1.9"].broader) == ("1", "1")
    assert by_code["1.9"].labels == {"it": "Arancio"}
    assert by_code["old"].is_deprecated
    assert by_code["old"].labels == {"en": "Old"}


def test_rdf_xml_with_namespace_entities_is_read(tmp_path):
    data = read(tmp_path, RDF_XML, ".rdf")
    assert [(record.code, record.broader, record.labels) for record in data.concepts] == [
        ("a", "", {"it": "Àlbero"}),
        ("b", "a", {"it": "Foglia"}),
    ]


def test_json_ld_with_its_own_context_is_read(tmp_path):
    content = {
        "@context": {"skos": "http://www.w3.org/2004/02/skos/core#"},
        "@graph": [
            {
                "@id": "http://example.org/a",
                "@type": "skos:Concept",
                "skos:prefLabel": [{"@language": "it", "@value": "Uno"}],
            }
        ],
    }
    data = read(tmp_path, json.dumps(content), ".jsonld")
    assert [(record.code, record.labels) for record in data.concepts] == [("a", {"it": "Uno"})]


def test_several_broader_concepts_are_a_doubt(tmp_path):
    data = read(tmp_path, TURTLE + "c:red skos:broader c:orange .")
    assert {record.code: record.broader for record in data.concepts}["1.10"] == "1"
    assert [(problem.code, problem.is_left_out) for problem in data.problems] == [("1.10", False)]


def test_missing_broader_circles_duplicates_and_empty_labels_are_left_out(tmp_path):
    data = read(
        tmp_path,
        TURTLE
        + """
        c:lost a skos:Concept ; skos:inScheme c: ; skos:prefLabel "x"@it ; skos:broader c:nowhere .
        c:x1 a skos:Concept ; skos:inScheme c: ; skos:prefLabel "x"@it ; skos:broader c:x2 .
        c:x2 a skos:Concept ; skos:inScheme c: ; skos:prefLabel "x"@it ; skos:broader c:x1 .
        c:twin a skos:Concept ; skos:inScheme c: ; skos:prefLabel "x"@it ; skos:notation "1" .
        c:mute a skos:Concept ; skos:inScheme c: .
        """,
    )
    assert [record.code for record in data.concepts] == ["1", "1.9", "1.10", "old"]
    assert sorted(problem.code for problem in data.problems) == ["1", "lost", "mute", "x1", "x2"]


def test_one_of_several_schemes_is_chosen(tmp_path):
    two = (
        TURTLE
        + """
        <http://example.org/shapes> a skos:ConceptScheme .
        c:square skos:inScheme <http://example.org/shapes> ; a skos:Concept ; skos:prefLabel "Square"@en .
    """
    )
    with pytest.raises(UnreadableFile, match="several schemes"):
        read(tmp_path, two)
    data = read(tmp_path, two, scheme_uri="http://example.org/shapes")
    assert [record.code for record in data.concepts] == ["square"]
    with pytest.raises(UnreadableFile, match=r"no scheme http://example\.org/none"):
        read(tmp_path, two, scheme_uri="http://example.org/none")


def bomb(declarations: str, use: str = "&x;") -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE r [{declarations}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
        f'<skos:Concept rdf:about="http://e/a"><skos:prefLabel>{use}</skos:prefLabel></skos:Concept></rdf:RDF>'
    )


LAUGHS = '<!ENTITY x0 "ha">' + "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bomb(LAUGHS, "&x9;"), "grow without end"),
        (bomb(f'<!ENTITY x "{"y" * 501}">'), "grow without end"),
        (bomb(f'<!ENTITY x "{"y" * 400}">', "&x;" * 50_000), "grow without end"),
        (bomb('<!ENTITY hidden "]><">' + LAUGHS, "&x9;"), "grow without end"),
        (bomb('<!ENTITY x SYSTEM "file:///etc/passwd">'), "outside of it"),
        (bomb('<!ENTITY % p SYSTEM "http://e.example/x.dtd"> %p;'), "outside of it"),
        (bomb('<!ENTITY % p "y">'), "outside of it"),
        (bomb("").encode("utf-16"), "UTF-16"),
        (bomb("").replace('"1.0"?', '"1.0" encoding="cp037"?').encode("cp037"), "not valid XML|cp037"),
        ("<rdf", "not valid"),
        ("<html><body>no</body></html>", "no skos:Concept|not valid"),
    ],
)
def test_xml_that_could_do_harm_is_refused(tmp_path, content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read(tmp_path, content, ".rdf")


def test_nothing_that_xml_points_to_is_fetched(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"
        data = read(tmp_path, RDF_XML.replace("rdf:RDF [", f'rdf:RDF SYSTEM "{address}" ['), ".rdf")
        assert len(data.concepts) == 2
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "content",
    [
        {"@context": "https://example.org/context.jsonld", "@id": "x"},
        {"@context": [{"a": "http://x"}, "https://example.org/context.jsonld"]},
        {"@graph": [{"@context": "http://127.0.0.1:1/x"}]},
        {"@context": {"term": {"@id": "http://x", "@context": "http://127.0.0.1:1/x"}}},
        {"@context": {"@import": "http://127.0.0.1:1/x"}},
    ],
)
def test_json_ld_never_fetches_a_context(tmp_path, content):
    with pytest.raises(UnreadableFile, match="context"):
        read(tmp_path, json.dumps(content), ".jsonld")


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        ("[" * 100_000, ".json"),
        ('{"a":' * 200 + "1" + "}" * 200, ".json"),
        ("@prefix a: <http://a/> . a:x a:y " + "[ a:y " * 50_000, ".ttl"),
        ("@prefix a: <http://a/> . a:x a:y " + "(" * 50_000, ".ttl"),
        ("@prefix : broken", ".ttl"),
        ("{}", ".json"),
        ("a b c", ".nt"),
        ("", ".ttl"),
        ("x", ".docx"),
    ],
)
def test_broken_files_are_refused_with_a_sentence(tmp_path, content, ending):
    with pytest.raises(UnreadableFile):
        read(tmp_path, content, ending)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(TURTLE)), st.text(max_size=5), st.sampled_from([".ttl", ".rdf", ".nt", ".json"]))
def test_no_damage_to_a_file_breaks_the_reader(tmp_path, position, junk, ending):
    original = RDF_XML if ending == ".rdf" else TURTLE
    damaged = original[:position] + junk + original[position + 3 :]
    try:
        data = read(tmp_path, damaged.encode("utf-8", "replace"), ending)
    except UnreadableFile:
        return
    assert all(record.code for record in data.concepts)
