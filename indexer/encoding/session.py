"""One exported model in onnxruntime: one text in, one unit vector out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

INPUT_NAME = "input_ids"
OUTPUT_NAME = "embedding"

# A text longer than this many characters per token that is read is cut before it is tokenised:
# a 100,000-character mail would cost more in the tokenizer than in the model. Words of European
# languages take 2 to 6 characters a token.
CHARS_PER_TOKEN = 32
# Beyond the cut only this many times as much is looked at, to fold long runs of white space.
FOLD_WINDOW = 8
LOG_ERRORS_ONLY = 3


class OnnxSession:
    """Turns one text into one vector; every text is a run of its own.

    A text that shares its run with others may get another vector than alone, by the padding and
    by sums taken in another order. Safe to call from several threads at once; each call uses
    the calling thread only, so the vector does not depend on how busy the machine is.
    """

    def __init__(self, model: Path, tokenizer: Path, *, max_tokens: int, prompt: str = "") -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = LOG_ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._max_chars = max_tokens * CHARS_PER_TOKEN
        self._prompt = prompt

    def vector(self, text: str) -> NDArray[np.float32]:
        """The vector of `text`, shape (dim,), float32, length 1.

        Takes any string: empty, with null characters, with lone surrogates. Only the first
        `max_tokens` tokens are read.
        """
        tokens = self._tokenizer.encode(self._prompt + readable(text, self._max_chars)).ids
        # A tokenizer without begin and end marks gives an empty text no token at all.
        ids = np.array([tokens or [0]], dtype=np.int64)
        row: NDArray[np.float32] = self._session.run([OUTPUT_NAME], {INPUT_NAME: ids})[0][0]
        return row


def readable(text: str, max_chars: int) -> str:
    """`text` cut to at most `max_chars` characters and free of lone surrogates."""
    if len(text) > max_chars:
        text = " ".join(text[: max_chars * FOLD_WINDOW].split())[:max_chars]
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
