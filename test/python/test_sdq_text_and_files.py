# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text becomes the right tokens, and files are whole or absent."""

import io
import json
import sys

import numpy as np
import pytest
from safetensors import safe_open
from sdq import files, text
from sdq.__main__ import main
from sdq.errors import SdqError
from sdq.safetensors_writer import SafetensorsWriter, TensorSpec


def test_texts_are_joined_by_two_newlines(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"one")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"two\xff")))
    assert text.read_text([str(tmp_path / "a"), "-"]) == b"one\n\ntwo\xff"
    assert text.tokenize_bytes(b"\x00A\xff").tolist() == [0, 65, 255]


def test_sequences_are_spread_over_the_whole_text():
    found = text.sequences(np.arange(103), 4, 10)
    assert found[:, 0].tolist() == [0, 20, 50, 70] and (np.diff(found, axis=1) == 1).all()
    with pytest.raises(SdqError, match="expected 11 sequences of 10 tokens, found 103 tokens, which make 10"):
        text.sequences(np.arange(103), 11, 10)


@pytest.fixture
def words(tmp_path):
    """A folder with a tokenizer of five words and a model that knows them."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["[UNK]", "the", "cat", "sat", "mat"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]").save_pretrained(tmp_path / "m")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=5, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path / "m")
    return tmp_path / "m"


def test_the_tokenizer_in_the_models_folder_is_used(words, tmp_path, capsys):
    assert text.load_tokenizer(None, words)(b"the cat sat\ndog").tolist() == [1, 2, 3, 0]
    with pytest.raises(SdqError, match="expected UTF-8, found byte 0xff at 4"):
        text.load_tokenizer(None, words)(b"the \xff")
    (tmp_path / "t.txt").write_text("the cat sat the mat " * 20)
    arguments = ["calibrate", str(words), "--text", str(tmp_path / "t.txt"), "--sequences", "4", "--length", "20"]
    assert main([*arguments, "-o", str(tmp_path / "c.safetensors")]) == 0
    with safe_open(tmp_path / "c.safetensors", "np") as file:
        assert file.get_tensor("lm_head.weight.act_sq").shape == (8,)
    # Bytes are no words of this model.
    assert main([*arguments, "--tokenizer", "bytes", "-o", str(tmp_path / "d.safetensors")]) == 1
    assert "expected tokens below the model's vocabulary of 5, found 116" in capsys.readouterr().err


def test_a_model_of_256_tokens_without_a_tokenizer_reads_bytes(tmp_path):
    (tmp_path / "config.json").write_text('{"vocab_size": 256}')
    assert text.load_tokenizer(None, tmp_path) is text.tokenize_bytes
    (tmp_path / "config.json").write_text('{"vocab_size": 257}')
    with pytest.raises(
        SdqError, match=r"or a config\.json with a vocabulary of 256 for bytes, found a vocabulary of 257"
    ):
        text.load_tokenizer(None, tmp_path)
    (tmp_path / "config.json").write_text("no JSON")
    with pytest.raises(SdqError, match=r"config\.json: expected a JSON object"):
        text.load_tokenizer(None, tmp_path)


def test_safetensors_written_in_any_order_read_back(tmp_path):
    narrow, wide = np.arange(3, dtype="<i2"), np.arange(6, dtype="<f4").reshape(2, 3)
    specs = [TensorSpec("n", "BF16", (3,)), TensorSpec("w", "F32", (2, 3))]
    with SafetensorsWriter(tmp_path / "f", specs, {"a": "b"}) as writer:
        writer.write("w", wide.data.cast("B"))
        assert not (tmp_path / "f").exists()
        writer.write("n", narrow.data.cast("B"))
    with safe_open(tmp_path / "f", "np") as file:
        np.testing.assert_array_equal(file.get_tensor("w"), wide)
        assert file.metadata() == {"a": "b"} and list(tmp_path.iterdir()) == [tmp_path / "f"]
    raw = (tmp_path / "f").read_bytes()
    assert raw.endswith(wide.tobytes() + narrow.tobytes())  # wide elements first: each aligned to its element
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    assert header["n"] == {"dtype": "BF16", "shape": [3], "data_offsets": [24, 30]}


def test_a_safetensors_file_that_is_not_complete_is_none(tmp_path):
    specs = [TensorSpec("n", "F32", (3,)), TensorSpec("w", "F32", (3,))]
    with (
        pytest.raises(SdqError, match="1 tensors were never written: w"),
        SafetensorsWriter(tmp_path / "f", specs, {}) as writer,
    ):
        writer.write("n", bytes(12))
    with (
        pytest.raises(SdqError, match="tensor n: expected 12 bytes, got 11"),
        SafetensorsWriter(tmp_path / "f", specs, {}) as writer,
    ):
        writer.write("n", bytes(11))
    with pytest.raises(SdqError, match="tensor n is declared twice"):
        SafetensorsWriter(tmp_path / "f", specs[:1] * 2, {})
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "f.json"
    files.write_json(path, {"a": 1})
    with pytest.raises(ValueError):
        files.write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1} and list(tmp_path.iterdir()) == [path]
    assert files.fingerprint({"a": 1, "b": [2]}) == files.fingerprint({"b": [2], "a": 1}) != files.fingerprint({"a": 2})
