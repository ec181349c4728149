"""The TFLite form of each op of the Graph: one module per op, named as it, that defines `lower`.

`lower(scope, node)` adds what computes the node's output to the scope.
"""
