import pytest

from lookalike.domain.filters import ContainsAll, Eq, In, IsMissing, Ne, Not, NotIn, Range
from lookalike.domain.where_parsing import parse_where
from lookalike.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("price<=50", Range("price", high=50)),
        ("price < 50", Range("price", high=50, high_open=True)),
        ("price>=12.5", Range("price", low=12.5)),
        ("price>-1", Range("price", low=-1, low_open=True)),
        ("in_stock", Eq("in_stock", True)),
        ("!in_stock", Not(Eq("in_stock", True))),
        ("not in_stock", Not(Eq("in_stock", True))),
        ("brand=Acme", Eq("brand", "Acme")),
        ("brand==Acme", Eq("brand", "Acme")),
        ("brand = Acme & Sons", Eq("brand", "Acme & Sons")),
        ("name=made in italy", Eq("name", "made in italy")),
        ("brand='a=b'", Eq("brand", "a=b")),
        ("brand=''", Eq("brand", "")),
        ("color_family!=red", Ne("color_family", "red")),
        ("color_family in red,blue", In("color_family", ("red", "blue"))),
        ("color_family not in red, blue", NotIn("color_family", ("red", "blue"))),
        ("color in 'sky blue', \"a,b\",red", In("color", ("sky blue", "a,b", "red"))),
        ("tags~=summer", ContainsAll("tags", ("summer",))),
        ("name exists", Not(IsMissing("name"))),
        ("not name exists", Not(Not(IsMissing("name")))),
        ("not price<=50", Not(Range("price", high=50))),
        ("'Frame Material'=oak", Eq("Frame Material", "oak")),
        ("Frame Material=oak", Eq("Frame Material", "oak")),
        ('"Frame Material" in oak,ash', In("Frame Material", ("oak", "ash"))),
        ("not_new", Eq("not_new", True)),
        ("existing", Eq("existing", True)),
    ],
)
def test_every_form_of_a_clause_has_its_meaning(written, meant):
    assert parse_where(written) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "is not a filter clause.*price<=50"),
        ("in stock", "'in stock' is not a filter clause"),
        ("price<=", "names no value"),
        ("=red", "is not a filter clause"),
        ("price<=50 and in_stock", "'50 and in_stock', which is not a number.*--where once"),
        ("price<=nan", "not a number"),
        ("price<=inf", "not a number"),
        ("not", None),
    ],
)
def test_a_wrong_clause_says_what_to_write(written, message):
    if message is None:  # a field of that name alone
        assert parse_where(written) == Eq("not", True)
    else:
        with pytest.raises(InvalidInput, match=message):
            parse_where(written)
