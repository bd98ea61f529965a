# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.directory.taxonomies.importers.official import read_cpv, read_euroscivoc, read_nuts
from filanda.directory.taxonomies.records import check


def read(reader, tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_text(content)
    data = check(reader(path))
    return data, {record.code: record.broader for record in data.concepts}


def test_cpv_codes_lie_under_the_nearest_code_that_is_there(tmp_path):
    data, above = read(
        read_cpv,
        tmp_path,
        "code,label_it,label_en\n03000000,Agricoltura,Farming\n03110000-5,Colture,Crops\n03111000,Semi,Seeds\n"
        "03111100,Soia,Soya\n0311,x,x\n",
    )
    assert above == {"03000000": "", "03110000": "03000000", "03111000": "03110000", "03111100": "03111000"}
    assert [(problem.line, problem.code) for problem in data.problems] == [(6, "0311")]


def test_nuts_codes_lie_under_what_they_begin_with(tmp_path):
    data, above = read(read_nuts, tmp_path, "code,label_it\nIT,Italia\nITC,Nord-Ovest\nITC4,Lombardia\nit,x\n")
    assert above == {"IT": "", "ITC": "IT", "ITC4": "ITC"}
    assert [problem.code for problem in data.problems] == ["it"]


def test_euroscivoc_steps_that_are_missing_are_named_from_the_path(tmp_path):
    data, above = read(
        read_euroscivoc,
        tmp_path,
        "code,path,label_en,n_projects\n/21,/medicine,medicine,7\n/21/33/117,/medicine/health/nutrition,nutrition,1\n",
    )
    assert above == {"/21": "", "/21/33": "/21", "/21/33/117": "/21/33"}
    assert [record.labels["en"] for record in data.concepts] == ["medicine", "health", "nutrition"]
    assert data.problems == []


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("reader", "name", "least", "deepest"),
    [
        (read_cpv, "cpv_it_en.csv", 9454, 7),
        (read_nuts, "nuts_it_en.csv", 2087, 4),
        (read_euroscivoc, "euroscivoc_used_en.csv", 961, 7),
    ],
)
def test_the_whole_file_is_read_without_a_bad_row(shared_data, reader, name, least, deepest):
    data = check(reader(shared_data / "taxonomies" / name))
    assert data.problems == []
    assert len(data.concepts) >= least
    above = {record.code: record.broader for record in data.concepts}

    def depth(code: str) -> int:
        return 1 + depth(above[code]) if above[code] else 1

    assert 2 < max(depth(code) for code in above) <= deepest
