"""Reading YAML: the same plain values whichever parser is at hand, and nothing that runs code."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from corpus.data_files import load_yaml, parse_yaml

TABLES = sorted(file.name for file in files("corpus").joinpath("data").iterdir() if file.name.endswith(".yaml"))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_reads_the_same_with_the_fast_parser_and_the_plain_one(name):
    text = files("corpus").joinpath("data", name).read_text(encoding="utf-8")
    assert load_yaml("corpus", f"data/{name}") == yaml.safe_load(text)


def test_yaml_that_asks_for_an_object_is_refused():
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.getcwd []")


def test_a_missing_table_is_an_error():
    with pytest.raises(FileNotFoundError):
        load_yaml("corpus", "data/khong-co.yaml")
