"""An app generator whose app is a text and runs in this process."""

from pathlib import Path

from zoo import registry
from zoo.data.processing import postprocess, preprocess
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.picture import read_picture
from zoo.plugs import AppGenerator, AppRun


class App(AppGenerator):
    name = "kind-app"
    stand_in = ""

    def generate(self, request):
        headers = [registry.load("step", step.name).cpp_header for step in request.contract.post]
        template = Path(__file__).with_name("program.j2")
        return {file.name: file.read_bytes() for file in (template, *headers)}

    def build(self, source, out):
        out.mkdir()
        (out / "program").write_bytes((source / "program.j2").read_bytes())
        return out / "program"

    def companions(self, request, facts):  # noqa: ARG002
        return {"README.md": b"# a text\n"}

    def libraries(self):
        return ()

    def run(self, program, artifact, golden):  # noqa: ARG002
        run = registry.load("executor", "kind-executor").load(artifact.parent, artifact.name)
        contract = registry.load("recipe", "kind_recipe").contract
        return [self._run_one(run, contract, item) for item in golden]

    def _run_one(self, run, contract, item):
        frame = preprocess(contract, read_picture(item.image), item.box)
        found = run({contract.input.name: frame.input_chw[None]})
        outputs = {name: values[0] for name, values in found.items()}
        values = postprocess(contract, outputs, frame)
        return AppRun(outputs, {name: value.tolist() for name, value in values.items()})


APP = App()


@hookimpl
def register_apps():
    return [Descriptor("kind-app", "kind_app:APP")]
