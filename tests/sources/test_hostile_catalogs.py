"""Hostile and broken catalogue files: each has one clear outcome, and none stops the rest."""

import codecs
import json
import time

import pytest

from lookalike.errors import InvalidInput

HEAD = "sku,image,name,price\n"
GOOD = "a,a.jpg,Ann,1.50\n"
LAST = "z,z.jpg,Zoe,2\n"
BIG = 1 << 21


def rows(*lines, head=HEAD):
    return head + "".join(line + "\n" for line in lines)


def lines(*objects):
    return "".join((o if isinstance(o, str) else json.dumps(o)) + "\n" for o in objects)


ONE = {"sku": "a", "image": "a.jpg"}
TWO = {"sku": "z", "image": "z.jpg"}

# name of the case: (file name, content, skus read, [(line, code) of the problems])
OUTCOMES = {
    "plain": ("c.csv", HEAD + GOOD + LAST, "a z", []),
    "no newline at the end": ("c.csv", (HEAD + GOOD + LAST).rstrip(), "a z", []),
    "carriage returns": ("c.csv", (HEAD + GOOD + LAST).replace("\n", "\r\n"), "a z", []),
    "old mac line ends": ("c.csv", (HEAD + GOOD + LAST).replace("\n", "\r"), "a z", []),
    "blank lines": ("c.csv", "\n\n" + HEAD + "\n" + GOOD + " \n\n" + LAST + "\n", "a z", []),
    "rows of only delimiters": ("c.csv", HEAD + ",,,\n" + GOOD + ", ,,\n", "a", []),
    "semicolons": ("c.csv", (HEAD + GOOD + LAST).replace(",", ";"), "a z", []),
    "tabs in a csv": ("c.csv", (HEAD + GOOD + LAST).replace(",", "\t"), "a z", []),
    "bars": ("c.txt", (HEAD + GOOD + LAST).replace(",", "|"), "a z", []),
    "excel's first line": ("c.csv", "sep=;\n" + (HEAD + GOOD).replace(",", ";"), "a", []),
    "utf-8 with mark": ("c.csv", codecs.BOM_UTF8 + (HEAD + GOOD).encode(), "a", []),
    "utf-16 with mark": ("c.csv", (HEAD + GOOD).encode("utf-16"), "a", []),
    "utf-16 big endian": (
        "c.csv", codecs.BOM_UTF16_BE + (HEAD + GOOD).encode("utf-16-be"), "a", []),
    "utf-16 without mark": ("c.csv", (HEAD + GOOD).encode("utf-16-le"), "a", []),
    "utf-32": ("c.csv", (HEAD + GOOD).encode("utf-32"), "a", []),
    "utf-16 cut in a character": (
        "c.csv", (HEAD + GOOD + LAST).encode("utf-16")[:-3], "a z", [(3, "bad_price")]),
    "windows-1252": ("c.csv", (HEAD + GOOD + "ü,u.jpg,Ünal,1\n").encode("cp1252"), "a ü",
                     [(3, "encoding")]),
    "bytes no code page has": ("c.csv", HEAD.encode() + b"a,a.jpg,\x81\x8d\x9d,1\n", "a",
                               [(2, "encoding")]),
    "one odd byte in good utf-8": (
        "c.csv", (HEAD + "ü,u.jpg,Ünal,1\n").encode() + b"b,b.jpg,\xff,1\n", "ü b",
        [(3, "encoding")]),
    "NUL in a name": ("c.csv", rows("a,a.jpg,A\0nn,1"), "a", []),
    "NUL in a sku": ("c.csv", rows("a\0,a.jpg,x,1") + LAST, "z", [(2, "bad_sku")]),
    "NUL in an image": ("c.csv", rows("a,a\0.jpg,x,1"), "a", [(2, "bad_image"), (2, "no_image")]),
    "only NULs in a row": ("c.csv", HEAD + "\0\0\0\n" + GOOD, "a",
                           [(2, "short_row")]),
    "too many cells": ("c.csv", rows("b,b.jpg,Bo,1,2,3") + LAST, "z", [(2, "ragged_row")]),
    "empty cells too many": ("c.csv", rows("b,b.jpg,Bo,1,,,") + LAST, "b z", []),
    "a stray word": ("c.csv", rows("oops") + LAST, "z", [(2, "short_row")]),
    "too few cells": ("c.csv", rows("b,b.jpg") + LAST, "b z", [(2, "short_row")]),
    "a quoted line end": ("c.csv", HEAD + 'b,b.jpg,"B\no",x\n' + 'c,c.jpg,C,x\n', "b c",
                          [(2, "bad_price"), (4, "bad_price")]),
    "a quote that is never closed": ("c.csv", HEAD + GOOD + 'b,b.jpg,"Bo,1\n' + LAST, "a z",
                                     [(3, "broken_quotes")]),
    "a quote closed rows later": ("c.csv", HEAD + 'b,b.jpg,"Bo,1\n' + GOOD + 'c,c.jpg,"C",1\n',
                                  "a c", [(2, "broken_quotes")]),
    "a quote inside a word": ("c.csv", rows('b,b.jpg,5" screen,1'), "b", []),
    "sloppy quotes on one line": ("c.csv", rows('b,b.jpg,"5" screen,1'), "b", []),
    "a field of two megabytes": ("c.csv", HEAD + GOOD + f"b,b.jpg,{'x' * BIG},1\n" + LAST, "a z",
                                 [(3, "record_too_long")]),
    "a quoted field of a megabyte": (
        "c.csv", HEAD + 'b,b.jpg,"' + "x\n" * (BIG // 4) + '",1\n' + LAST, "z",
        [(2, "bad_record")]),
    "a field above the csv limit": ("c.csv", HEAD + f"b,b.jpg,{'x' * 140_000},1\n" + LAST, "z",
                                    [(2, "bad_record")]),
    "a long value": ("c.csv", HEAD + f"b,b.jpg,{'x' * 110_000},1\n" + LAST, "b z",
                     [(2, "bad_name")]),
    "a thousand columns": (
        "c.csv", HEAD.strip() + "," + ",".join(f"c{i}" for i in range(1000)) + "\n"
        + GOOD.strip() + ",1" * 1000 + "\n", "a", []),
    "a column twice": ("c.csv", "sku,image,name,name\na,a.jpg,x,y\n", "a",
                       [(1, "duplicate_column")]),
    "a column without a name": ("c.csv", ",sku,image\n0,a,a.jpg\n", "a", [(1, "unnamed_column")]),
    "a price that is NaN": ("c.csv", rows("b,b.jpg,Bo,NaN"), "b", [(2, "bad_price")]),
    "a negative price": ("c.csv", rows("b,b.jpg,Bo,-3"), "b", [(2, "bad_price")]),
    "an infinite price": ("c.csv", rows("b,b.jpg,Bo,inf"), "b", [(2, "bad_price")]),
    "a huge price": ("c.csv", rows("b,b.jpg,Bo,1e999"), "b", [(2, "bad_price")]),
    "a price in words": ("c.csv", rows("b,b.jpg,Bo,free"), "b", [(2, "bad_price")]),
    "a price range": ("c.csv", rows("b,b.jpg,Bo,10 - 20"), "b", [(2, "bad_price")]),
    "a formula for a price": ("c.csv", rows("b,b.jpg,Bo,=1+1"), "b", [(2, "bad_price")]),
    "no sku": ("c.csv", rows(" ,b.jpg,Bo,1") + LAST, "z", [(2, "no_sku")]),
    "a sku of 300 characters": ("c.csv", rows(f"{'s' * 300},b.jpg,Bo,1") + LAST, "z",
                                [(2, "bad_sku")]),
    "a sku twice": ("c.csv", HEAD + GOOD + LAST + GOOD, "a z", [(4, "duplicate_sku")]),
    "a sku twice with other content": ("c.csv", HEAD + GOOD + "a,b.jpg,Bob,3\n", "a",
                                       [(3, "duplicate_sku")]),
    "a sku that differs in blanks": ("c.csv", HEAD + GOOD + " a ,b.jpg,Bob,3\n", "a",
                                     [(3, "duplicate_sku")]),
    "no image": ("c.csv", rows("b,,Bo,1"), "b", [(2, "no_image")]),
    "an image location of 5,000 characters": (
        "c.csv", rows(f"b,{'p' * 5000}.jpg,Bo,1"), "b", [(2, "bad_image"), (2, "no_image")]),
    "an embedded image": (
        "c.csv", rows(f"b,data:image/png;base64;{'A' * 5000},Bo,1"), "b",
        [(2, "bad_image"), (2, "no_image")]),
    "two hundred images": ("c.csv", rows("b," + "|".join(f"{i}.jpg" for i in range(200))
                                         + ",Bo,1"), "b", [(2, "many_images")]),
    "a script for a link": ("c.csv", "sku,image,link\nb,b.jpg,javascript:alert(1)\n", "b",
                            [(2, "bad_url")]),
    "a currency that is none": ("c.csv", "sku,image,currency\nb,b.jpg,money\n", "b",
                                [(2, "bad_currency")]),
    "stock in unknown words": ("c.csv", "sku,image,availability\nb,b.jpg,perhaps\n", "b",
                               [(2, "bad_in_stock")]),
    "markup in a name": ("c.csv", rows("b,b.jpg,<script>alert(1)</script>,1"), "b", []),
    "a bad line of json": ("c.jsonl", lines(ONE, "{oops", TWO), "a z", [(2, "bad_json")]),
    "a line of json cut short": ("c.jsonl", lines(ONE, TWO)[:-9], "a", [(2, "bad_json")]),
    "json lines that are no objects": ("c.jsonl", lines(ONE, "3", "[1]", "null", TWO), "a z",
                                       [(2, "bad_json"), (3, "bad_json"), (4, "bad_json")]),
    "blank lines of json": ("c.jsonl", "\n" + lines(ONE) + "\n\n" + lines(TWO), "a z", []),
    "json nested 100,000 deep": ("c.jsonl", lines(ONE, "[" * 100_000, TWO), "a z",
                                 [(2, "bad_json")]),
    "json objects nested 5,000 deep": (
        "c.jsonl", lines(ONE, '{"sku":' * 5000 + "1" + "}" * 5000, TWO), "a z",
        [(2, "bad_json")]),
    "json objects nested 20 deep": (
        "c.jsonl", lines({**ONE, "x": json.loads('{"y":' * 20 + "1" + "}" * 20)}), "a",
        [(1, "nested_value")]),
    "json NaN": ("c.jsonl", lines('{"sku": "a", "image": "a.jpg", "price": NaN}'), "a",
                 [(1, "not_a_number")]),
    "json infinity": ("c.jsonl", lines('{"sku": "a", "image": "a.jpg", "x": -Infinity}'), "a",
                      [(1, "not_a_number")]),
    "json beyond floats": ("c.jsonl", lines('{"sku": "a", "image": "a.jpg", "x": 1e999}'), "a",
                           [(1, "not_a_number")]),
    "json number of 5,000 digits": (
        "c.jsonl", lines(ONE, '{"sku": "b", "x": ' + "9" * 5000 + "}", TWO), "a z",
        [(2, "bad_json")]),
    "json half a character": ("c.jsonl", lines('{"sku": "a", "image": "a.jpg", "name": "\\ud800"}'),
                              "a", []),
    "json half a character in a key": (
        "c.jsonl", lines('{"sku": "a", "image": "a.jpg", "\\ud800\\u0000k": "v"}'), "a", []),
    "json half a character in a sku": (
        "c.jsonl", lines('{"sku": "\\udfff", "image": "a.jpg"}', TWO), "z", [(1, "bad_sku")]),
    "json list for a sku": ("c.jsonl", lines({"sku": ["a"], "image": "a.jpg"}, TWO), "z",
                            [(1, "bad_sku")]),
    "json truth for a sku": ("c.jsonl", lines({"sku": True, "image": "a.jpg"}, TWO), "z",
                             [(1, "bad_sku")]),
    "json truth for a price": ("c.jsonl", lines({**ONE, "price": True}), "a", [(1, "bad_price")]),
    "json list of lists": ("c.jsonl", lines({**ONE, "x": [[1]]}), "a", [(1, "nested_value")]),
    "a json line of two megabytes": ("c.jsonl", lines(ONE, '"' + "x" * BIG, TWO), "a z",
                                     [(2, "record_too_long")]),
    "a json array": ("c.json", json.dumps([ONE, TWO], indent=1), "a z", []),
    "a json array with a bad element": (
        "c.json", f"[{json.dumps(ONE)},\n{{oops}},\n{json.dumps(TWO)}]", "a z", [(2, "bad_json")]),
    "a json array with text behind": ("c.json", f"[{json.dumps(ONE)}] and more", "a",
                                      [(1, "bad_json")]),
    "a json element of two megabytes": (
        "c.json", json.dumps([ONE, {"x": "y" * BIG}, TWO]), "a z", [(1, "record_too_long")]),
    "brackets in json text": ("c.json", json.dumps([{**ONE, "name": '}],[{"\\'}, TWO]), "a z", []),
    "lines in a file called json": ("c.json", lines(ONE, TWO), "a z", []),
    "an array in a file called jsonl": ("c.jsonl", json.dumps([ONE, TWO]), "a z", []),
    "json in a text file": ("c.txt", lines(ONE, TWO), "a z", []),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTCOMES)
def test_each_broken_row_is_a_problem_with_its_line_and_the_rest_is_read(read, case):
    name, content, skus, problems = OUTCOMES[case]
    started = time.process_time()
    products, found = read(content, name)
    assert [product.sku for product in products] == skus.split()
    assert [(problem.line, problem.code) for problem in found] == problems
    assert all(problem.message and "Traceback" not in problem.message for problem in found)
    assert all(len(problem.message) < 600 for problem in found)
    assert time.process_time() - started < 10


# name of the case: (file name, content, words of the error)
REFUSED = {
    "empty": ("c.csv", b"", "is empty"),
    "only blanks": ("c.csv", b" \n\t\n", "is empty"),
    "only a mark": ("c.csv", codecs.BOM_UTF16_LE, "is empty"),
    "header only": ("c.csv", b"sku,image\n", "a header and no rows"),
    "header and blank lines": ("c.csv", b"sku,image\n\n,\n", "a header and no rows"),
    "no header": ("c.csv", b"1,2\n3,4\n", 'The columns are "1", "2"'),
    "no image column": ("c.csv", b"sku,colour\na,red\n", "--map 'image=colour'"),
    "no sku column": ("c.csv", b"colour,image\nred,a.jpg\n", "--map 'sku=colour'"),
    "an excel workbook": ("c.csv", b"PK\x03\x04rest", "Excel"),
    "an old excel workbook": ("c.xls", b"\xd0\xcf\x11\xe0rest", "Excel"),
    "gzip": ("c.csv.gz", b"\x1f\x8b\x08rest", "gunzip"),
    "an error page": ("c.csv", b"<!DOCTYPE html><html>", "HTML"),
    "xml": ("c.xml", b"<?xml version='1.0'?><rss/>", "XML"),
    "a pdf": ("c.csv", b"%PDF-1.7", "PDF"),
    "an image": ("c.jpg", b"\xff\xd8\xff", "one image"),
    "unknown suffix": ("c.dat", b"sku,image\na,b\n", 'suffix ".dat"'),
    "no suffix": ("catalog", b"sku,image\na,b\n", 'suffix ""'),
    "parquet in name only": ("c.parquet", b"sku,image\na,b\n", "not Parquet"),
    "parquet cut short": ("c.parquet", b"PAR1" + b"\0" * 100, "cannot be read as Parquet"),
    "an empty json array": ("c.json", b"[]", "no JSON object"),
    "json of other things": ("c.jsonl", b"1\n2\n", "no JSON object"),
    "json array cut short": ("c.json", b'[{"sku": "a", "image": "b"}, {"sku', "does not end"),
    "json quote left open": ("c.json", b'[{"sku": "a, "image": "b"}]', "does not end"),
    "random bytes": ("c.csv", bytes(range(1, 256)) * 40, "has a name that is known"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_catalog_is_refused_with_the_reason(read, case):
    name, content, words = REFUSED[case]
    with pytest.raises(InvalidInput) as refused:
        read(content, name)
    assert words in str(refused.value)
    assert refused.value.hint


def test_the_message_of_a_duplicate_names_the_first_line(read):
    _, [problem] = read(HEAD + GOOD + LAST + GOOD)
    assert "line 2" in problem.message
    assert problem.sku == "a"
    assert problem.skipped


def test_a_bad_value_keeps_the_product_and_says_so(read):
    [product], [problem] = read(rows("b,b.jpg,Bo,free"))
    assert product.price is None
    assert product.name == "Bo"
    assert not problem.skipped


def test_text_that_no_database_takes_is_cleaned(read):
    [product], _ = read('{"sku": "a", "image": "a.jpg", "name": "x\\u0000\\ud800y"}\n', "c.jsonl")
    assert product.name == "x\N{REPLACEMENT CHARACTER}y"


def test_accents_survive_one_odd_byte(read):
    products, _ = read("sku,image,name\nü,u.jpg,Ünal\n".encode() + b"b,b.jpg,\xff\n")
    assert [product.name for product in products] == ["Ünal", "\N{REPLACEMENT CHARACTER}"]
