# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums over text, collected by hooks while a torch model runs forward and backward.

A Linear computes y[t] = W x[t]. With g[t] the gradient of a sequence's loss by y[t], the gradient of that loss by W is
Σ_t g[t] x[t]ᵀ: one product of matrices per sequence and weight. So a batch of sequences goes through the model at once,
and still every sequence has a gradient of its own to be squared; weights themselves need no gradient, and at no time
does more than one such gradient exist (tied weights apart, whose several uses must be added before squaring).
"""

from __future__ import annotations

import torch
from torch import nn

from sdq.calibrate.linears import Linear, SharedInput
from sdq.calibrate.request import ACT_SQ, FISHER, GUIDED_HESSIAN, HESSIAN, NEED_GRADIENTS, Request
from sdq.errors import SdqError


def memory_of(shared: SharedInput, request: Request) -> int:
    """Bytes of the sums that a Collector keeps for weights with one input."""
    k = shared.columns
    floats = k * request.wants(ACT_SQ) + k * k * request.wants(HESSIAN)
    for linear in shared.linears:
        matrix = linear.weight.rows * k
        floats += matrix * request.wants(FISHER) * (1 if linear.uses < 2 else 1 + request.batch)
        floats += request.groups * k * k * request.wants(GUIDED_HESSIAN)
    return 4 * floats


class Collector:
    """Sums for the weights in `groups`, in float32, on the model's device. Attach, run batches, read, drop."""

    def __init__(self, groups: list[SharedInput], request: Request, device: torch.device) -> None:
        self._request = request
        self._groups = groups
        self._batch = 0
        self._pending: dict[Linear, torch.Tensor] = {}  # gradients [batch, N, K] of weights used more than once
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        # Of inputs, by group.
        self.tokens = dict.fromkeys(groups, 0)
        self.act_sq: dict[SharedInput, torch.Tensor] = {}
        self.hessian: dict[SharedInput, torch.Tensor] = {}
        # Of gradients, by weight.
        self.fisher: dict[Linear, torch.Tensor] = {}
        self.guided: dict[Linear, torch.Tensor] = {}
        for group in groups:
            k = group.columns
            if request.wants(ACT_SQ):
                self.act_sq[group] = torch.zeros(k, device=device)
            if request.wants(HESSIAN):
                self.hessian[group] = torch.zeros(k, k, device=device)
            for linear in group.linears:
                if request.wants(FISHER):
                    self.fisher[linear] = torch.zeros(linear.weight.rows, k, device=device)
                if request.wants(GUIDED_HESSIAN):
                    self.guided[linear] = torch.zeros(request.groups, k, k, device=device)

    def __enter__(self) -> Collector:
        for group in self._groups:
            for linear in group.linears:
                for module in linear.modules:
                    self._hook(module, group, linear)
                if self._request.wants(FISHER):
                    for embedding in linear.embeddings:
                        self._hook_embedding(embedding, linear)
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def run(self, model: nn.Module, ids: torch.Tensor) -> None:
        """Send sequences int64 [batch, length] through the model and add what they say."""
        self._batch = len(ids)
        if not self._request.statistics & NEED_GRADIENTS:
            with torch.no_grad():
                model(input_ids=ids, use_cache=False)
            return
        logits = model(input_ids=ids, use_cache=False).logits
        losses = nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2).float(), ids[:, 1:], reduction="none")
        # Sequences do not meet in the model, so the gradient of the sum holds each one's own.
        losses.mean(dim=1).sum().backward()
        for linear, gradient in self._pending.items():
            for sequence in gradient:
                self.fisher[linear].addcmul_(sequence, sequence)
        self._pending.clear()

    def _by_sequence(self, tensor: torch.Tensor) -> torch.Tensor:
        """[batch, tokens, channels] in float32; with other leading extents, as experts have, all of one sequence."""
        tensor = tensor.detach().float()
        if tensor.ndim == 3 and tensor.shape[0] == self._batch:
            return tensor
        if self._batch != 1:
            raise SdqError(
                f"a layer mixes sequences, its input is of shape {list(tensor.shape)} for {self._batch} sequences: "
                "expected --batch 1"
            )
        return tensor.reshape(1, -1, tensor.shape[-1])

    def _hook(self, module: nn.Module, group: SharedInput, linear: Linear) -> None:
        # The first of the weights that share an input speaks for all; a weight on its own may have several modules.
        measures_input = linear is group.linears[0]

        def forward(_: nn.Module, arguments: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            x = arguments[0].detach()
            if measures_input:
                self._add_input(group, x)
            if output.requires_grad:
                output.register_hook(lambda gradient: self._add_gradient(linear, x, gradient))

        self._handles.append(module.register_forward_hook(forward))

    def _add_input(self, group: SharedInput, x: torch.Tensor) -> None:
        x = x.float().reshape(-1, x.shape[-1])
        self.tokens[group] += len(x)
        if group in self.act_sq:
            self.act_sq[group] += x.square().sum(0)
        if group in self.hessian:
            self.hessian[group].addmm_(x.T, x)

    def _add_gradient(self, linear: Linear, x: torch.Tensor, gradient: torch.Tensor) -> None:
        x, gradient = self._by_sequence(x), self._by_sequence(gradient)
        if linear in self.fisher:
            for index in range(len(x)):
                self._add_fisher(linear, index, gradient[index].T @ x[index])
        if linear in self.guided:
            groups = self._request.groups
            saliency = gradient.square().reshape(-1, groups, linear.weight.rows // groups).mean(2)  # [tokens, groups]
            rows = x.reshape(-1, x.shape[-1])
            for index in range(groups):
                self.guided[linear][index].addmm_((rows * saliency[:, index, None]).T, rows)

    def _add_fisher(self, linear: Linear, index: int, gradient: torch.Tensor) -> None:
        """Add the gradient [N, K] that sequence `index` of the batch gives one use of a weight."""
        if linear.uses < 2:
            self.fisher[linear].addcmul_(gradient, gradient)
            return
        self._pending_of(linear)[index] += gradient

    def _pending_of(self, linear: Linear) -> torch.Tensor:
        if linear not in self._pending:
            total = self.fisher[linear]
            self._pending[linear] = torch.zeros(self._batch, *total.shape, device=total.device)
        return self._pending[linear]

    def _hook_embedding(self, embedding: nn.Embedding, linear: Linear) -> None:
        def forward(module: nn.Embedding, arguments: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            ids = arguments[0]
            if output.requires_grad:
                output.register_hook(lambda gradient: self._add_lookup(linear, module.padding_idx, ids, gradient))

        self._handles.append(embedding.register_forward_hook(forward))

    def _add_lookup(self, linear: Linear, padding: int | None, ids: torch.Tensor, gradient: torch.Tensor) -> None:
        gradient = gradient.float()
        if padding is not None:
            gradient = gradient.masked_fill((ids == padding)[..., None], 0)
        pending = self._pending_of(linear)
        for index in range(len(ids)):
            pending[index].index_add_(0, ids[index], gradient[index])
