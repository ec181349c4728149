"""A fully convolutional MobileNetV2 that finds faces with canonical boxes.

Narduzzi, Türetken, Thiran, Dunbar, "Adaptation of MobileNetV2 for Face Detection on Ultra-Low Power
Platform", arXiv:2208.11011.
"""
