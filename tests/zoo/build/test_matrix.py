from pathlib import Path

import pytest

from zoo.build.matrix import in_matrix_words, read_matrix
from zoo.errors import RecipeError, UnknownNameError, UsageError


@pytest.fixture
def read(tmp_path):
    """Return read(text) -> the cells of a matrix file."""

    def of(text):
        file = tmp_path / "matrix.toml"
        file.write_text(text)
        return read_matrix(file)

    return of


AXES = 'targets = ["x86", "rpi4:c"]\nquants = ["none", "ptq"]\n'


def test_all_combinations_in_order_of_the_file(read):
    rows = [tuple(cell.row.values()) for cell in read(f'models = ["pfld"]\n{AXES}')]
    assert rows == [
        ("pfld", "x86", "none"),
        ("pfld", "x86", "ptq"),
        ("pfld", "rpi4:c", "none"),
        ("pfld", "rpi4:c", "ptq"),
    ]


def test_a_model_with_files_is_a_table_with_paths_from_the_file(read, tmp_path):
    table = 'model = "a.onnx", contract = "a.toml", calib = "wider:photos:test", name = "a-1"'
    cell = read(f'models = [{{{table}, detector = "d.onnx"}}]\n{AXES}')[0]
    assert cell.model == "a-1"
    assert cell.wish.model == str(tmp_path / "a.onnx")
    assert cell.wish.contract == tmp_path / "a.toml"
    assert cell.wish.calibration == Path(f"wider:{tmp_path / 'photos'}:test")
    assert (cell.wish.name, cell.detector) == ("a-1", str(tmp_path / "d.onnx"))


def test_a_chain_file_is_found_from_the_file(read, tmp_path):
    assert read(f'models = ["chain.toml"]\n{AXES}')[0].wish.model == str(tmp_path / "chain.toml")


def test_what_is_left_out_is_not_built(read):
    left_out = '[[leave_out]]\ntarget = "x86"\n[[leave_out]]\ntarget = "rpi4:c"\nquant = "none"\n'
    (cell,) = read(f'models = ["pfld"]\n{AXES}{left_out}')
    assert tuple(cell.row.values()) == ("pfld", "rpi4:c", "ptq")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"matrix\.toml: models is missing; give a list, such as models = \[\.\.\.\]"),
        ('models = "pfld"', r"models = 'pfld'; give a list"),
        (f"models = [3]\n{AXES}", r"models has 3; give names, files, or tables with model"),
        (f'models = [{{name = "a"}}]\n{AXES}', r"models has no model; give a name of `zoo list`"),
        (f'models = [{{modell = "a"}}]\n{AXES}', r"models: unknown 'modell'; did you mean model"),
        (f'models = [{{model = "a", calib = 3}}]\n{AXES}', r"models calib = 3; give a text"),
        ('models = ["a"]\ntargets = [1]\nquants = ["none"]', r"targets has 1; give texts"),
        ('models = ["a"]\ntargets = ["x", "x"]\nquants = ["none"]', r"name each once"),
        (f'model = ["a"]\n{AXES}', r"key: unknown 'model'; did you mean models"),
        (f'models = ["a"]\n{AXES}leave_out = 3', r"leave_out has 3; give tables \[\[leave_out\]\]"),
        (f'models = ["a"]\n{AXES}[[leave_out]]\nboard = "x86"', r"leave_out: unknown 'board'"),
        ("models = [", r"matrix\.toml: not TOML"),
    ],
)
def test_a_wrong_file_is_told(read, text, words):
    with pytest.raises(RecipeError, match=words):
        read(text)


def test_a_missing_file_and_one_that_leaves_out_all_are_told(read, tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml: no such file; a matrix is a file"):
        read_matrix(tmp_path / "nowhere.toml")
    with pytest.raises(UsageError, match="is a folder; a matrix is a file"):
        read_matrix(tmp_path)
    with pytest.raises(UsageError, match="leaves out all 4 builds"):
        read(f'models = ["pfld"]\n{AXES}[[leave_out]]\nmodel = "pfld"\n')
    with pytest.raises(UsageError, match=r"leave_out has \{'model': 'pfdl'\}, which is no build"):
        read(f'models = ["pfld"]\n{AXES}[[leave_out]]\nmodel = "pfdl"\n')


def test_plans_are_those_of_single_builds(read):
    cells = read(f'models = ["pfld_0.25x.300w68", "pfdl"]\n{AXES}')
    assert cells[1].plan().build_name == "pfld_0.25x.300w68.x86.ptq"
    with pytest.raises(UnknownNameError, match="pfdl"):
        cells[4].plan()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "needs pictures: give a folder with --calib DIR, or use --quant none",
            'needs pictures: give a folder with calib = "DIR", or use quant = "none"',
        ),
        ("give another one with --name", "give another one with name"),
        ("another --calibrator, or --quant qat, or", 'another calibrator, or quant = "qat", or'),
        ("with --detector none", 'with detector = "none"'),
        ("choose another folder with --out", "choose another folder with --out"),
        ("--max-quantization-error", "--max-quantization-error"),
    ],
)
def test_messages_on_a_cell_speak_of_keys(message, expected):
    assert in_matrix_words(message) == expected
