from zoo.cli.output import print_json, print_table


def test_columns_are_aligned_and_cells_stay_whole(capsys):
    long = "word " * 60
    print_table("Title", [{"name": "a", "text": long}, {"name": "longer", "text": "b"}])
    assert capsys.readouterr().out == (f"Title\nname    text\na       {long.rstrip()}\nlonger  b\n")


def test_cells(capsys):
    row = {"number": 0.123456, "count": 1234567, "list": ["a", "b"], "none": None, "end": True}
    print_table("", [row])
    header, cells = capsys.readouterr().out.splitlines()
    assert header.split() == list(row)
    assert cells.split("  ")[0].strip() == "0.1235"
    assert "1234567" in cells
    assert "a, b" in cells
    assert cells.endswith("True")


def test_table_without_rows(capsys):
    print_table("Nothing", [])
    assert capsys.readouterr().out == "Nothing: none\n"


def test_json_keeps_the_order_of_keys(capsys):
    print_json({"b": 1, "a": [1.5]})
    assert capsys.readouterr().out == '{\n  "b": 1,\n  "a": [\n    1.5\n  ]\n}\n'
