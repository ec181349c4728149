"""Prints the lines of code of every file and its longest function, for information."""

import ast
from pathlib import Path

ROOMS = ("zoo", "recipes", "compilers", "runtimes", "codegen")
LOOK_AGAIN_FILE, LOOK_AGAIN_FUNCTION = 300, 50


def longest_function(tree: ast.Module) -> tuple[int, str]:
    """Return (lines, name) of the longest function of a module; (0, '') without one."""
    functions = (
        ((node.end_lineno or node.lineno) - node.lineno + 1, node.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    )
    return max(functions, default=(0, ""))


def main() -> None:
    """Print the table, the largest files of each room first."""
    for room in ROOMS:
        paths = sorted(Path(room).rglob("*.py"))
        texts = {path: path.read_text("utf-8") for path in paths}
        lines = {path: text.count("\n") for path, text in texts.items()}
        print(f"{room}: {len(paths)} files, {sum(lines.values())} lines")
        for path in sorted(paths, key=lambda path: -lines[path]):
            length, name = longest_function(ast.parse(texts[path]))
            long = lines[path] > LOOK_AGAIN_FILE or length > LOOK_AGAIN_FUNCTION
            mark = "  look again" if long else ""
            print(f"  {lines[path]:5}  {length:4} {name:<32} {path}{mark}")


if __name__ == "__main__":
    main()
