from lookalike.domain.name_stem import name_stem, same_design


def test_colors_sizes_and_numbers_are_no_part_of_a_design():
    assert name_stem("Alba Poplin Shirt, Navy Blue, XL 42") == {"alba", "poplin", "shirt"}


def test_two_colors_of_one_name_are_one_design_and_other_names_are_not():
    assert same_design("Alba shirt in red", "Alba shirt in navy")
    assert not same_design("Alba shirt red", "Nora dress red")


def test_a_product_without_a_name_speaks_against_nothing():
    assert same_design("", "Alba shirt")
