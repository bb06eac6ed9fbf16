"""Martlet's Python side: what a training script needs so that Martlet can serve its model natively."""

from martlet.onnx_export import ParityError, log_model

__all__ = ["ParityError", "log_model"]
