"""Networks that end on the CPU beside AMD's DPU: an .xmodel, and the rest as float ONNX."""
