import json

import pytest
import tiny_models

from lookalike.errors import InvalidInput
from lookalike.features.model_card import EXAMPLE, parse_card


def refused(text, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        parse_card(text, where="own.json")
    return caught.value


def test_the_example_in_our_messages_is_itself_a_card():
    card = parse_card(json.dumps(EXAMPLE), where="example")
    assert card.input.std == (0.229, 0.224, 0.225)
    assert card.heads["pattern"].activation == "softmax"


def test_what_is_left_out_has_the_defaults_of_the_input():
    card = parse_card(tiny_models.card(), where="own.json")
    assert (card.input.fit, card.input.fill, card.input.color) == ("pad", 255, "RGB")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": {}}, '"inputs" is not a key.*Did you mean "input"'),
        ({"input__sise_px": 8}, '"input.sise_px" is not a key.*Did you mean "size_px"'),
        ({"outputs__embeddings": "x"}, '"outputs.embeddings".*Did you mean "embedding"'),
        ({"outputs__heads__pattern__labels": []}, '"outputs.heads.pattern.labels" is not a key'),
        ({"input": None}, "input is missing; it must be an object.*A complete card"),
        ({"input__size_px": None}, "input.size_px is missing"),
        ({"input__size_px": "224"}, "input.size_px is '224'; it must be a whole number"),
        ({"input__size_px": True}, "input.size_px is True"),
        ({"input__size_px": 100_000}, "from 8 to 2048"),
        ({"input__name": None}, "input.name is missing"),
        ({"input__fit": "contain"}, "input.fit is 'contain'; it must be one of pad, crop, stretch"),
        ({"input__layout": "HWC"}, "one of NCHW, NHWC"),
        ({"input__dtype": "float32"}, "input.mean is missing; a float32 model needs it"),
        ({"input__mean": [0, 0, 0]}, "input.mean has no effect on a uint8 model"),
        ({"outputs__embedding": None}, "outputs.embedding is missing"),
        ({"outputs__heads__pattern__classes": ["a", "a"]}, "two or more different names"),
        ({"outputs__heads__pattern__classes": ["a"]}, "two or more different names"),
        ({"outputs__heads__pattern__activation": "sigmoid"}, "one of none, softmax"),
        ({"input__fit": "crop"}, 'outputs.mask is "mask", but input.fit "crop"'),
    ],
)
def test_a_wrong_card_is_refused_by_key_and_value(changes, message):
    refused(tiny_models.card(**changes), message)


@pytest.mark.parametrize("std", [[0, 1, 1], [1, 1], "1", [1, 1, "1"]])
def test_a_standard_deviation_is_three_positive_numbers(std):
    card = tiny_models.card(input__dtype="float32", input__mean=[0, 0, 0], input__std=std)
    refused(card, "input.std is .*three positive numbers")


@pytest.mark.parametrize("text", ["", "{", "[1"])
def test_what_is_no_json_is_refused(text):
    refused(text, "own.json is not JSON")


@pytest.mark.parametrize("text", ["[]", "3", '"card"'])
def test_what_is_no_object_is_refused(text):
    refused(text, "the card is .*must be an object")
