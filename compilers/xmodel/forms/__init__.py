"""The XIR form of each op of the Graph: one module per op, named as the op, that defines `lower`.

`lower(scope, node)` adds what computes the node's output to the scope.
"""
