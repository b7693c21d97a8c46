# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Statistics from a torch model equal their definitions, computed one sequence and one token at a time."""

import json

import numpy as np
import pytest
import torch
import xxhash
from safetensors import safe_open
from safetensors.torch import load_file
from sdq.calibrate import torch_model
from sdq.calibrate.request import STATISTICS, Request
from sdq.errors import SdqError
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

SEQUENCES = np.random.default_rng(0).integers(0, 40, (5, 12))


def tiny(kind: str) -> nn.Module:
    torch.manual_seed(0)
    if kind == "gpt2":  # Conv1D stores [K, N]; lm_head tied to the embedding
        config = GPT2Config(vocab_size=40, n_positions=16, n_embd=8, n_layer=2, n_head=2)
        model = GPT2LMHeadModel(config)
    else:
        config = LlamaConfig(
            vocab_size=40,
            hidden_size=8,
            intermediate_size=12,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            max_position_embeddings=16,
            tie_word_embeddings=kind == "tied",
            initializer_range=0.5,
        )
        model = LlamaForCausalLM(config)
    return model.eval().requires_grad_(False)


def measure(model, tmp_path, sequences=SEQUENCES, **changes):
    request = Request(sequences, **({"statistics": frozenset(STATISTICS), "groups": 2, "fisher_type": "F32"} | changes))
    torch_model.calibrate(model, request, tmp_path / "c.safetensors")
    return load_file(tmp_path / "c.safetensors")


def out_by_in(model, name, value):
    return value.T if type(dict(model.named_modules())[name.removesuffix(".weight")]).__name__ == "Conv1D" else value


def fisher_by_definition(model, sequences):
    """One sequence at a time, the loss as Hugging Face computes it, autograd's own gradient of each parameter."""
    model.requires_grad_(True)
    total = {}
    for ids in torch.from_numpy(sequences):
        model.zero_grad()
        model(input_ids=ids[None], labels=ids[None]).loss.backward()
        for name, parameter in model.named_parameters():
            total[name] = total.get(name, 0) + parameter.grad.square()
    model.requires_grad_(False)
    return total


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("kind", ["llama", "tied", "gpt2"])
def test_fisher_is_the_sum_of_squared_gradients_of_single_sequences(kind, batch, tmp_path):
    model = tiny(kind)
    found = measure(model, tmp_path, statistics=frozenset({"fisher"}), batch=batch)
    expected = fisher_by_definition(model, SEQUENCES)
    assert len(found) == {"llama": 15, "tied": 15, "gpt2": 9}[kind]
    for key, value in found.items():
        name = key.removesuffix(".fisher")
        reference = out_by_in(model, name, expected[name])
        torch.testing.assert_close(value, reference, rtol=2e-4, atol=1e-5 * float(reference.max()))


def test_fisher_by_batches_is_not_the_square_of_the_batch_gradient(tmp_path):
    """Squaring the gradient of a batch, the usual mistake, is something else by far."""
    model = tiny("llama")
    found = measure(model, tmp_path, statistics=frozenset({"fisher"}), batch=5)
    model.requires_grad_(True)
    ids = torch.from_numpy(SEQUENCES)
    model(input_ids=ids, labels=ids).loss.backward()
    name = "model.layers.0.mlp.up_proj.weight"
    wrong = dict(model.named_parameters())[name].grad.square() * len(ids)
    assert not torch.allclose(found[f"{name}.fisher"], wrong, rtol=0.1, atol=0.1 * float(wrong.max()))


def test_other_statistics_follow_their_definitions_token_by_token(tmp_path):
    """act_sq, Hessian and guided Hessian as sums over single tokens in float64, with autograd's output gradients."""
    model = tiny("llama")
    found = measure(model, tmp_path, batch=2)
    names = [key.removesuffix(".fisher") for key in found if key.endswith(".fisher")]
    seen = {name: [] for name in names}
    for ids in torch.from_numpy(SEQUENCES):
        kept = {}
        handles = [
            model.get_submodule(name.removesuffix(".weight")).register_forward_hook(
                lambda _, x, y, name=name, kept=kept: (y.retain_grad(), kept.__setitem__(name, (x[0], y)))[1]
            )
            for name in names
        ]
        model.requires_grad_(True)
        model(input_ids=ids[None], labels=ids[None]).loss.backward()
        for handle in handles:
            handle.remove()
        for name, (x, y) in kept.items():
            seen[name] += zip(x[0].detach().double(), y.grad[0].double(), strict=True)
    model.requires_grad_(False)
    for name in names:
        tokens = seen[name]
        assert len(tokens) == SEQUENCES.size
        outer = torch.stack([torch.outer(x, x) for x, _ in tokens])
        hessian = outer.mean(0)
        torch.testing.assert_close(found[f"{name}.hessian"].double(), hessian, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(found[f"{name}.act_sq"].double(), hessian.diagonal(), rtol=1e-4, atol=1e-6)
        for group in range(2):
            half = len(tokens[0][1]) // 2
            saliency = torch.stack([g[group * half : (group + 1) * half].square().mean() for _, g in tokens])
            expected = (outer * saliency[:, None, None]).mean(0)
            guided = found[f"{name}.guided_hessian"][group].double()
            torch.testing.assert_close(guided, expected, rtol=1e-3, atol=1e-5 * float(expected.abs().max()))


def test_more_passes_over_the_text_change_nothing(tmp_path):
    model = tiny("tied")
    once = measure(model, tmp_path)
    passes = []
    collector = torch_model.Collector
    try:
        torch_model.Collector = lambda groups, *rest: passes.append(len(groups)) or collector(groups, *rest)
        often = measure(model, tmp_path, memory=4000)
    finally:
        torch_model.Collector = collector
    assert len(passes) > 4
    assert once.keys() == often.keys()
    assert all(torch.equal(once[key], often[key]) for key in once)


def test_every_weight_has_the_key_of_its_values(tmp_path):
    """`sdq.content` is the XXH3 of the weight as float32 [N, K], also where it is stored [K, N]."""
    model = tiny("gpt2")
    measure(model, tmp_path, statistics=frozenset({"act_sq"}))
    with safe_open(tmp_path / "c.safetensors", "pt") as file:
        keys = json.loads(file.metadata()["sdq.content"])
    parameters = dict(model.named_parameters())
    assert "transformer.h.0.attn.c_attn.weight" in keys and "transformer.wte.weight" in keys
    for name, key in keys.items():
        module = "lm_head.weight" if name == "transformer.wte.weight" else name
        values = out_by_in(model, module, parameters[name]).contiguous().numpy()
        assert key == xxhash.xxh3_64_hexdigest(values.astype("<f4").tobytes())


def test_a_weight_that_the_text_does_not_reach_is_an_error(tmp_path):
    model = tiny("llama")
    model.unused = nn.Linear(4, 4)
    with pytest.raises(SdqError, match=r"unused.weight.act_sq: expected at least one token to reach this weight"):
        measure(model, tmp_path, statistics=frozenset({"act_sq"}))
    assert list(tmp_path.iterdir()) == []


def test_a_linear_of_its_own_making_is_refused(tmp_path):
    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    model = tiny("llama")
    model.model.layers[1].mlp.up_proj = Doubled(8, 12, bias=False)
    with pytest.raises(SdqError, match=r"layers.1.mlp.up_proj: expected a plain Linear, found a Doubled"):
        measure(model, tmp_path)
