"""Writes trained weights, their float hub, measured accuracy and the model card to `weights/`.

    python -m recipes.hrnet.publish MODEL TEST_FACES [FOLDER]

FOLDER is the output of `zoo train`. Without it, only the accuracy of all published hubs is measured
again, and the card updated.
"""

from recipes.hrnet.card import render_card
from recipes.hrnet.recipe import WEIGHTS, recipe
from recipes.hrnet.variants import VARIANTS
from recipes.shelf.publish_command import publish_command
from zoo.cli.entry import enter

main = publish_command(VARIANTS, recipe, render_card, WEIGHTS)

if __name__ == "__main__":
    enter(main, "python -m recipes.hrnet.publish")
