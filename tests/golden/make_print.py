"""Writes print.safetensors: Tensors, and in the metadata, under the same names, NumPy's text of them with precision 4."""

import pathlib

import numpy as np

import safetensors_io

rng = np.random.RandomState(0)
f32, f64 = np.float32, np.float64
TENSORS = {
    "scalar": f32(2.5),
    "scalar.third": f32(1 / 3),
    "scalar.int": np.int64(-7),
    "scalar.true": np.array(True),
    "scalar.large": f32(1e10),
    "scalar.nan": f32(np.nan),
    "one": np.array([1], f32),
    "one.true": np.array([True]),
    "row": np.array([1, 2.5, -3.25], f32),
    "minus.zero": np.array([-0.0, 0.0], f32),
    "tenths": np.arange(-3, 8).astype(f32) / 10,
    "randn.f32": rng.randn(4, 5).astype(f32),
    "randn.f64": rng.randn(2, 3, 4),
    "rounds.up": np.array([9.99996, 0.99999], f32),
    "half.even": np.array([0.03125, 0.09375, 1.00005], f32),
    "short.in.f32": np.array([123456.79, 1000], f32),
    "large": np.array([1, 99999999], f64),
    "exponents.large": np.array([1, 2, 1e8], f32),
    "exponents.small": np.array([0.00009, 0.01], f32),
    "exponents.range": np.array([[1, 1000.5], [-0.0, 0.5]], f32),
    "exponents.wide": np.array([1e300, -1.25e-5, 1.23456789e100]),
    "range.fits": np.array([1, 1000], f32),
    "denormal": np.array([1e-45, 3.4e38], f32),
    "nonfinite": np.array([1, np.nan, np.inf, -np.inf], f32),
    "nonfinite.positive": np.array([1, np.nan, np.inf], f32),
    "nonfinite.only": np.array([np.nan, -np.inf], f32),
    "nonfinite.exponents": np.array([1e-9, np.nan, -np.inf], f32),
    "zeros": np.zeros((2, 2), f32),
    "ints": np.array([[1, -20], [300, 4]]),
    "ints.extreme": np.array([-(2**63), 2**63 - 1, 0]),
    "bools": np.array([[True, False], [False, True]]),
    "bools.true": np.array([True, True]),
    "wraps": np.arange(60),
    "wraps.floats": rng.rand(2, 1, 20).astype(f32),
    "four.dims": np.arange(16).reshape(2, 1, 2, 4),
    "size.one": np.ones((1, 1, 1), f32),
    "thousand": np.arange(1000, dtype=np.int32),
    "abridged": np.arange(1001, dtype=np.int32),
    "abridged.rows": np.arange(1200, dtype=f32).reshape(300, 4),
    "abridged.both": np.arange(2000, dtype=np.int32).reshape(40, 50),
    "abridged.three": np.arange(1500, dtype=np.int32).reshape(3, 5, 100),
    "abridged.outer": np.arange(1800, dtype=np.int32).reshape(10, 20, 9),
    "abridged.hides.extreme": np.where(np.arange(1500) == 700, 1e20, 1.5).astype(f32),
    "abridged.six": np.arange(1200, dtype=np.int32).reshape(6, 200),
}


def main():
    with np.printoptions(precision=4):
        texts = {name: np.array2string(np.asarray(value)) for name, value in TENSORS.items()}
    safetensors_io.save(pathlib.Path(__file__).with_name("print.safetensors"), TENSORS, texts)


main()
