# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.kernel.text.markdown import MOST, parse, plain_text, to_html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# a\n\n## b\n\n### c\n\n#### d", "<h3>a</h3>\n<h3>b</h3>\n<h3>c</h3>\n<h4>d</h4>\n"),
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"),
        ("~~a~~", "<p><s>a</s></p>\n"),
        ("example.org and www.example.org", "<p>example.org and www.example.org</p>\n"),
        (
            "http://a.example, said",
            '<p><a href="http://a.example" rel="nofollow noopener">http://a.example</a>, said</p>\n',
        ),
        ("![a](http://b.example/c.png)", '<p><a href="http://b.example/c.png" rel="nofollow noopener">a</a></p>\n'),
        (
            "[![a](http://b.example/c.png)](http://d.example)",
            '<p><a href="http://d.example" rel="nofollow noopener">a</a></p>\n',
        ),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>\n"),
    ],
)
def test_markdown_becomes(source, html):
    assert to_html(source) == html


def test_cells_are_aligned_by_class():
    assert '<td class="text-end">1</td>' in to_html("|a|\n|-:|\n|1|")


def test_endless_text_stands_as_it_is():
    source = "**a** " * (MOST // 6 + 1)
    assert to_html(source) == f"<p>{source}</p>\n"


def test_words_alone():
    assert plain_text(parse("# a **b**\n\n- c `d`\n\n```\ne\n```\n[f](http://g)")) == "a b\nc d\ne\nf"


def test_an_empty_head_is_the_head_of_nothing():
    html = to_html("| | B |\n| --- | --- |\n| a | b |\n")
    assert html.replace("\n", "").startswith("<table><thead><tr><td></td><th>B</th></tr></thead>")
