"""python -m zoo: the command line where the script `zoo` is not on the PATH."""

from zoo.cli.main import main

main()
