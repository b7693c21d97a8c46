# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Export bytelm to ONNX twice, as PyTorch's two exporters write a model.

`bytelm-dynamo.onnx`       torch.export based exporter: initializers keep their Hugging Face names, a linear layer is
                           Transpose(W[N, K]) -> MatMul. The weights are external data *inside model.safetensors*.
`bytelm-torchscript.onnx`  TorchScript exporter: matmul weights are renamed (`onnx::MatMul_738`) and stored transposed,
                           [K, N], in `bytelm-torchscript.onnx.data`.

In both, weights stay float16 and a Cast to float32 follows each, so all arithmetic is float32 and no weight is stored
twice. Input `input_ids` int64 [batch, sequence]; output `logits` float32 [batch, sequence, 256]; both sizes dynamic.
Each file is then checked with onnxruntime against PyTorch. Run it in an environment made from requirements-export.txt:

    python examples/bytelm/export.py
"""

from __future__ import annotations

import argparse
import json
import struct
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import transformers
from onnx import TensorProto, helper, numpy_helper
from onnxscript import optimizer
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-4
SHAPES = [(1, 1), (1, 2), (1, 17), (2, 7), (3, 64), (1, 256), (5, 256)]
ALIGNMENT = 64  # of tensors in the data file of the TorchScript export


class Bytelm(transformers.LlamaForCausalLM):
    """LLaMA with the causal mask made here, from the sequence length alone, and no cache: `input_ids` -> `logits`."""

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        mask = torch.where(positions[None, :] <= positions[:, None], 0.0, torch.finfo(torch.float32).min)
        hidden = self.model(
            input_ids=input_ids, attention_mask=mask[None, None], position_ids=positions[None], use_cache=False
        ).last_hidden_state
        return self.lm_head(hidden)


def load_model() -> Bytelm:
    config = transformers.AutoConfig.from_pretrained(HERE)
    config._attn_implementation = "eager"
    config.use_cache = False
    model = Bytelm(config).float().eval()
    weights = {name: w.float() for name, w in load_file(HERE / "model.safetensors").items()}
    model.load_state_dict(weights, strict=True)
    return model


def export_dynamo(model: Bytelm) -> onnx.ModelProto:
    example = torch.arange(14).reshape(2, 7)
    program = torch.onnx.export(
        model,
        (example,),
        dynamo=True,
        optimize=False,
        verbose=False,
        input_names=["input_ids"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": {0: "batch", 1: "sequence"}},
    )
    # The exporter's own optimisation, but without folding the Transpose of a weight: that would rename the weight.
    optimizer.optimize_ir(program.model, should_fold=lambda node: False if node.op_type == "Transpose" else None)
    return program.model_proto


def export_torchscript(model: Bytelm, scratch: Path) -> onnx.ModelProto:
    example = torch.arange(14).reshape(2, 7)
    axes = {0: "batch", 1: "sequence"}
    torch.onnx.export(
        model,
        (example,),
        scratch,
        dynamo=False,
        opset_version=17,
        input_names=["input_ids"],
        output_names=["logits"],
        dynamic_axes={"input_ids": axes, "logits": axes},
    )
    proto = onnx.load(scratch)
    scratch.unlink()
    return proto


def strip_provenance(proto: onnx.ModelProto) -> None:
    """Drop doc strings and exporter metadata: stack traces with paths of the exporting machine."""
    graph = proto.graph
    for item in [proto, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        item.ClearField("doc_string")
        item.ClearField("metadata_props")


def externalize(proto: onnx.ModelProto, location: str, place: dict[str, tuple[int, int]]) -> None:
    """Turn the float32 initializers named in `place` into float16 external data followed by a Cast to float32.

    `place` maps an initializer to (offset, length) in the file `location`. The initializer keeps its name.
    """
    casts = []
    for tensor in proto.graph.initializer:
        if tensor.name not in place:
            continue
        offset, length = place[tensor.name]
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_type = TensorProto.FLOAT16
        tensor.data_location = TensorProto.EXTERNAL
        del tensor.external_data[:]
        for key, value in (("location", location), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        wide = f"{tensor.name}_f32"
        casts.append(helper.make_node("Cast", [tensor.name], [wide], name=f"{tensor.name}_cast", to=TensorProto.FLOAT))
        for node in proto.graph.node:
            node.input[:] = [wide if name == tensor.name else name for name in node.input]
    nodes = casts + list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    # Shapes of intermediate values: every consumer infers them, and the exporters' differ in naming and extent.
    del proto.graph.value_info[:]


def places_in_safetensors(path: Path) -> dict[str, tuple[int, int]]:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    start = 8 + length
    return {
        name: (start + e["data_offsets"][0], e["data_offsets"][1] - e["data_offsets"][0]) for name, e in header.items()
    }


def write_weights(proto: onnx.ModelProto, path: Path) -> dict[str, tuple[int, int]]:
    """Write every float32 initializer of rank 1 and 2 that is exact in float16 to one data file."""
    data, place = bytearray(), {}
    for tensor in proto.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.float32 or value.ndim == 0 or not np.array_equal(value.astype("<f2"), value):
            continue
        data += b"\0" * (-len(data) % ALIGNMENT)
        raw = value.astype("<f2").tobytes()
        place[tensor.name] = (len(data), len(raw))
        data += raw
    path.write_bytes(data)
    return place


def save(proto: onnx.ModelProto, path: Path) -> None:
    path.write_bytes(proto.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(path), full_check=True)


def check(path: Path, model: Bytelm) -> None:
    """Logits against PyTorch at several batch sizes and lengths."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    generator = np.random.default_rng(0)
    worst = 0.0
    for shape in SHAPES:
        ids = generator.integers(0, 256, shape, dtype=np.int64)
        (found,) = session.run(["logits"], {"input_ids": ids})
        with torch.no_grad():
            expected = model(torch.from_numpy(ids)).numpy()
        if found.shape != expected.shape:
            raise SystemExit(f"{path.name}: expected logits of shape {expected.shape}, got {found.shape}")
        worst = max(worst, float(np.abs(found - expected).max() / np.abs(expected).max()))
    print(f"{path.name}: largest difference from PyTorch {worst:.1e} of the largest logit, shapes {SHAPES}")
    if not worst <= TOLERANCE:
        raise SystemExit(f"{path.name}: expected at most {TOLERANCE}, got {worst}")


def describe(path: Path) -> str:
    """Operators of a model, how often each occurs, and the attributes with which it occurs."""
    proto = onnx.load(path, load_external_data=False)
    counts = Counter(node.op_type for node in proto.graph.node)
    variants: dict[str, Counter] = {}
    for node in proto.graph.node:
        shown = [f"{a.name}={show_attribute(a)}" for a in sorted(node.attribute, key=lambda a: a.name)]
        key = f"{len(node.input)} inputs" + ("" if all(node.input) else " (some omitted)")
        variants.setdefault(node.op_type, Counter())[", ".join([key, *shown])] += 1
    opsets = ", ".join(f"{o.domain or 'ai.onnx'} {o.version}" for o in proto.opset_import)
    lines = [f"{path.name}: IR {proto.ir_version}, opset {opsets}, {len(proto.graph.node)} nodes"]
    for op, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {op:14} {count:4}")
        lines += [f"      {n:4} x {text}" for text, n in sorted(variants[op].items())]
    return "\n".join(lines)


def show_attribute(attribute: onnx.AttributeProto) -> str:
    value = helper.get_attribute_value(attribute)
    if isinstance(value, TensorProto):
        array = numpy_helper.to_array(value)
        text = np.array2string(array, threshold=4, separator=",").replace("\n", "")
        return f"tensor<{'x'.join(map(str, (*array.shape, array.dtype)))}> {text}"
    return str(value)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    warnings.filterwarnings("ignore")
    model = load_model()

    dynamo = HERE / "bytelm-dynamo.onnx"
    proto = export_dynamo(model)
    strip_provenance(proto)
    externalize(proto, "model.safetensors", places_in_safetensors(HERE / "model.safetensors"))
    save(proto, dynamo)

    torchscript = HERE / "bytelm-torchscript.onnx"
    data = torchscript.with_name(torchscript.name + ".data")
    proto = export_torchscript(model, torchscript)
    strip_provenance(proto)
    externalize(proto, data.name, write_weights(proto, data))
    save(proto, torchscript)

    for path in (dynamo, torchscript):
        check(path, model)
        print(describe(path))


if __name__ == "__main__":
    main()
