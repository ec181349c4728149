"""A compiler that asks others, lazily."""

from zoo import registry
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Compiler


class KindCompiler(Compiler):
    name = "kind-compiler"

    def lower(self, graph, target, scheme):
        for kind in ("format", "importer", "renderer", "describer"):
            assert registry.load(kind, f"kind-{kind}").name == f"kind-{kind}"
        assert registry.load("lowering", "kind-compiler/kind_triangle").__name__ == "lower"
        return registry.load("compiler", "onnx").lower(graph, target, scheme)


COMPILER = KindCompiler()


@hookimpl
def register_compilers():
    return [Descriptor("kind-compiler", "kind_compiler:COMPILER")]
