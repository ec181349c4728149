"""A training's log as a drawing."""

from xml.etree import ElementTree

from recipes.shelf.training_curves import draw_training, training_curves

LOG = """epoch,step,train_loss,val_nme
0,9,50.0,
0,9,,8.0
1,19,4.0,
1,19,,nan
2,29,3.0,
2,29,,6.0
"""


def test_each_metric_has_a_chart_by_epoch(tmp_path):
    (tmp_path / "metrics.csv").write_text(LOG)
    loss, error = training_curves(tmp_path / "metrics.csv")
    assert (loss.title, error.title) == ("train loss", "val nme")
    assert error.summary == "val_nme: 0.0 at 0.75, 8.0 at 1.5, 6.0 at 3"


def test_the_first_epochs_do_not_flatten_the_others(tmp_path):
    (tmp_path / "metrics.csv").write_text(LOG)
    loss, _ = training_curves(tmp_path / "metrics.csv")
    assert ">10</text>" in loss.placed()  # the axis ends at three times the median of 50, 4 and 3
    assert ">20</text>" not in loss.placed()


def test_losses_may_be_negative(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step,loss\n0,1,-2.0\n1,2,-3.0\n")
    (loss,) = training_curves(tmp_path / "metrics.csv")
    ElementTree.fromstring(loss.placed())


def test_the_drawing_is_a_file(tmp_path):
    (tmp_path / "metrics.csv").write_text(LOG)
    draw_training(tmp_path / "metrics.csv", tmp_path / "curves.svg")
    ElementTree.fromstring((tmp_path / "curves.svg").read_text())


def test_nothing_is_drawn_of_nothing(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step\n")
    draw_training(tmp_path / "metrics.csv", tmp_path / "curves.svg")
    assert not (tmp_path / "curves.svg").exists()
