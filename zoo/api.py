"""What plugins may import: the names in `__all__` of these modules.

docs/api.md shows them with their fields and signatures. Everything else may change without notice.
"""

from types import MappingProxyType

__all__ = ["MODULES"]

MODULES = MappingProxyType(
    {
        "Registering": ("zoo.hookspecs", "zoo.descriptor", "zoo.registry", "zoo.errors"),
        "Models": (
            "zoo.recipe",
            "zoo.contract",
            "zoo.step",
            "zoo.parameters",
            "zoo.training",
            "zoo.detections",
            "zoo.reporting",
        ),
        "Pictures and labelled data": (
            "zoo.picture",
            "zoo.region_rule",
            "zoo.data.processing",
            "zoo.data.labelled_data",
            "zoo.data.crops",
            "zoo.data.evaluation",
        ),
        "Drawings and reports": (
            "zoo.drawing.svg",
            "zoo.drawing.charts",
            "zoo.drawing.photos",
            "zoo.drawing.graph",
            "zoo.report.content",
            "zoo.report.timings",
            "zoo.report.report",
        ),
        "Boards and schemes": ("zoo.target", "zoo.roofline", "zoo.advice", "zoo.scheme"),
        "The graph": ("zoo.graph", "zoo.layout"),
        "Ops": (
            "zoo.op",
            "zoo.table_op",
            "zoo.fixed_point",
            "compilers.op_parts.arguments",
            "compilers.op_parts.arithmetic",
            "compilers.op_parts.kinds",
            "compilers.op_parts.window",
        ),
        "Back ends": (
            "zoo.plugs",
            "zoo.lowering",
            "zoo.capability",
            "zoo.cost",
            "zoo.artifact",
            "zoo.c_program",
            "zoo.tool",
            "zoo.provenance.used",
            "zoo.quoting",
        ),
        "The skeleton of an app": (
            "codegen.app",
            "codegen.apps.android",
            "codegen.apps.browser",
            "codegen.apps.k210",
            "codegen.apps.kria",
            "codegen.apps.max78000",
            "codegen.apps.nvidia",
            "codegen.apps.pc",
            "codegen.apps.raspberry_pi",
            "codegen.apps.runtime_parts",
            "codegen.sources",
            "codegen.c_border",
            "codegen.machines",
            "codegen.toolchain",
            "codegen.companions",
            "codegen.packages.archive",
            "codegen.packages.debian",
            "codegen.packages.flash",
            "codegen.packages.page",
            "codegen.wheels",
            "codegen.vendored",
            "codegen.app_run",
        ),
    }
)
"""Modules by purpose."""
