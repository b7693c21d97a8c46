# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The matrices of a torch model that a compiler can compress, and which of them see the same input."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from sdq.calibrate.request import Weight, content_key
from sdq.errors import SdqError


@dataclass(eq=False)
class Linear:
    """A weight and the modules that multiply by it; `transposed` where it is stored [K, N] (GPT-2's Conv1D)."""

    weight: Weight
    modules: list[nn.Module]
    transposed: bool
    embeddings: list[nn.Embedding] = field(default_factory=list)  # that look rows up in the same, tied, matrix
    uses: int = 0  # of the weight in one call of the model, embeddings included


@dataclass(eq=False)
class SharedInput:
    """Weights that multiply the very same tensor (query, key and value): one mean square, one Hessian for all."""

    linears: list[Linear]

    @property
    def columns(self) -> int:
        return self.linears[0].weight.columns


def find_linears(model: nn.Module) -> list[Linear]:
    """Every matrix that a Linear or Conv1D multiplies by, in the model's order; a tied one once, by its first name."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found: dict[int, Linear] = {}
    for path, module in model.named_modules():
        conv = isinstance(module, Conv1D)
        if not conv and not isinstance(module, nn.Linear):
            continue
        if type(module).forward is not (Conv1D if conv else nn.Linear).forward:
            raise SdqError(
                f"{path}: expected a plain Linear, found a {type(module).__name__} with a forward of its own"
            )
        parameter = module.weight
        if id(parameter) in found:
            found[id(parameter)].modules.append(module)
            continue
        values = parameter.detach().float().cpu().numpy()
        values = values.T if conv else values
        weight = Weight(names[id(parameter)], *values.shape, content_key(values))
        found[id(parameter)] = Linear(weight, [module], conv)
    for path, module in model.named_modules():
        if isinstance(module, nn.Embedding) and id(module.weight) in found:
            if type(module).forward is not nn.Embedding.forward:
                raise SdqError(f"{path}: expected a plain tied Embedding, found a {type(module).__name__}")
            found[id(module.weight)].embeddings.append(module)
    return list(found.values())


@torch.no_grad()
def group_by_input(model: nn.Module, linears: list[Linear], sample: np.ndarray) -> list[SharedInput]:
    """Call the model once on `sample`, int64 [1, length], and see which weights multiply the same tensor.

    Sets `Linear.uses` on the way. A weight that this call does not reach, or reaches twice, stands alone.
    """
    inputs: dict[Linear, list[torch.Tensor]] = {linear: [] for linear in linears}  # kept alive: ids stay unique
    handles = [
        module.register_forward_pre_hook(lambda _, arguments, linear=linear: inputs[linear].append(arguments[0]))
        for linear in linears
        for module in linear.modules
    ]
    try:
        device = next(model.parameters()).device
        model(input_ids=torch.from_numpy(sample).to(device), use_cache=False)
    finally:
        for handle in handles:
            handle.remove()
    groups: dict[object, SharedInput] = {}
    for linear in linears:
        tensors = inputs[linear]
        linear.uses = len(tensors) + len(linear.embeddings)
        key = id(tensors[0]) if len(tensors) == 1 else linear
        groups.setdefault(key, SharedInput([])).linears.append(linear)
    return list(groups.values())
