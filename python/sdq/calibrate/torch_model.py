# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every statistic, from a Hugging Face model folder."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm
from transformers import AutoModelForCausalLM
from transformers.utils import logging

from sdq.calibrate.collector import Collector, memory_of
from sdq.calibrate.linears import SharedInput, find_linears, group_by_input
from sdq.calibrate.request import (
    ACT_SQ,
    FISHER,
    GUIDED_HESSIAN,
    HESSIAN,
    Request,
    check_finite,
    metadata,
    pack,
)
from sdq.errors import SdqError
from sdq.safetensors_writer import SafetensorsWriter

COMPUTE_TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
SAMPLE_TOKENS = 16  # enough to see which layers share an input


def load_model(folder: Path, compute_type: str, device: str) -> nn.Module:
    """The causal language model in `folder`, ready to be measured: no gradients for its weights, no dropout."""
    logging.disable_progress_bar()  # bars of its own and remarks on files: one error is one line here
    logging.set_verbosity_error()
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=COMPUTE_TYPES[compute_type], local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise SdqError(
            f"{folder}: expected a Hugging Face causal language model: {str(error).splitlines()[0]}"
        ) from error
    try:
        model.to(device)
    except (RuntimeError, AssertionError) as error:
        raise SdqError(f"--device {device}: {str(error).splitlines()[0]}") from error
    return model.eval().requires_grad_(False)


def calibrate(model: nn.Module, request: Request, output: Path) -> int:
    """Measure `model` and write the calibration file, atomically; returns how many weights it speaks of."""
    vocabulary = model.get_input_embeddings().weight.shape[0]
    if (largest := int(request.sequences.max())) >= vocabulary:
        raise SdqError(f"expected tokens below the model's vocabulary of {vocabulary}, found {largest}: --tokenizer")
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions is not None and request.sequences.shape[1] > positions:
        raise SdqError(f"--length {request.sequences.shape[1]}: expected at most the model's {positions} positions")

    groups = group_by_input(model, find_linears(model), request.sequences[:1, :SAMPLE_TOKENS])
    weights = [linear.weight for group in groups for linear in group.linears]
    if not weights:
        raise SdqError("the model multiplies by no matrix of its own: expected Linear layers")
    for weight in weights:
        weight.check_groups(request)

    passes = pack([memory_of(group, request) for group in groups], request.memory)
    specs = [spec for weight in weights for spec in weight.specs(request)]
    batches = torch.from_numpy(request.sequences).split(request.batch)
    device = next(model.parameters()).device
    # Gradients flow back through the activations alone: they must begin somewhere.
    start = model.get_input_embeddings().register_forward_hook(lambda _, __, output: output.requires_grad_())
    try:
        with (
            SafetensorsWriter(output, specs, metadata(request, weights)) as writer,
            tqdm(total=len(passes) * len(request.sequences), unit="seq", desc="calibrate", disable=None) as bar,
        ):
            for number, members in enumerate(passes, 1):
                bar.set_postfix_str(f"pass {number}/{len(passes)}")
                collector = Collector([groups[i] for i in members], request, device)
                with collector:
                    for ids in batches:
                        collector.run(model, ids.to(device))
                        bar.update(len(ids))
                for index in members:
                    write_group(writer, collector, groups[index], request)
    finally:
        start.remove()
    return len(weights)


def write_group(writer: SafetensorsWriter, collector: Collector, group: SharedInput, request: Request) -> None:
    """Turn the sums of weights that share an input into what the file holds."""
    tokens = collector.tokens[group]
    for linear in group.linears:
        results = {
            FISHER: collector.fisher.get(linear),
            ACT_SQ: mean(collector.act_sq.get(group), tokens),
            HESSIAN: mean(collector.hessian.get(group), tokens),
            GUIDED_HESSIAN: mean(collector.guided.get(linear), tokens),
        }
        for spec in linear.weight.specs(request):
            value = results[spec.name.removeprefix(f"{linear.weight.name}.")]
            check_finite(spec.name, bool(torch.isfinite(value).all()), tokens)
            data = value.to(torch.bfloat16).view(torch.int16) if spec.dtype == "BF16" else value
            writer.write(spec.name, data.contiguous().cpu().numpy().data.cast("B"))


def mean(total: torch.Tensor | None, tokens: int) -> torch.Tensor | None:
    return None if total is None else total / max(tokens, 1)
