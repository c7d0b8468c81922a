"""Reproducible PyTorch training benchmark for Intel Xeon: FP32, BF16 on AVX-512, BF16 on AMX."""

__version__ = "0.1.0"
