"""An executor that asks ONNX Runtime's."""

from zoo import registry
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Executor


class KindExecutor(Executor):
    name = "kind-executor"

    def load(self, folder, main, threads=1):
        return registry.load("executor", "onnxruntime").load(folder, main, threads)


EXECUTOR = KindExecutor()


@hookimpl
def register_executors():
    return [Descriptor("kind-executor", "kind_executor:EXECUTOR")]
