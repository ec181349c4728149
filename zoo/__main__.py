"""python -m zoo: the command line if the script `zoo` is not on the PATH."""

from zoo.cli.main import main

main()
