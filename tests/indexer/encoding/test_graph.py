import numpy as np

from indexer.encoding.graph import BLOCK_SIZE, quantised_blocks


def restored(packed, scales):
    outputs = packed.shape[0]
    weights = (packed.astype(np.float32) - 128) * scales.reshape(outputs, -1, 1)
    return weights.reshape(outputs, -1).T


def test_weights_come_back_within_half_a_scale_of_their_block():
    matrix = np.random.default_rng(3).normal(size=(2 * BLOCK_SIZE, 5)).astype(np.float32)

    packed, scales = quantised_blocks(matrix)

    assert packed.shape == (5, 2, BLOCK_SIZE)
    error = np.abs(restored(packed, scales) - matrix).T.reshape(5, 2, BLOCK_SIZE).max(axis=2)
    assert (error <= scales.reshape(5, 2) * 0.501).all()


def test_one_large_weight_spoils_its_own_block_only():
    matrix = np.full((2 * BLOCK_SIZE, 1), 0.01, dtype=np.float32)
    matrix[0, 0] = 100

    packed, scales = quantised_blocks(matrix)

    np.testing.assert_allclose(restored(packed, scales)[BLOCK_SIZE:], 0.01, rtol=1e-5)


def test_a_block_of_zeros_stays_zero():
    packed, scales = quantised_blocks(np.zeros((BLOCK_SIZE, 2), dtype=np.float32))

    assert not restored(packed, scales).any()
