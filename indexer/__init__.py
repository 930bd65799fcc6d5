"""Groups questions into topics and links entries by meaning."""

import os

# Packages of onnxruntime for Linux keep an identifier of the machine in the home folder and
# report each model that is loaded to their maker. That is read when they are loaded, so it is
# said here, before any module of ours can do that; what an operator sets does not change it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
