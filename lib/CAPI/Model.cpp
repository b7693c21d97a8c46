//===- Model.cpp - Compiled models in C ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq-c/model.h"

#include "Messages.h"

#include "sdq/Loader/Model.h"

#include <deque>

using namespace sdq;

static_assert(int(DType::F32) == SDQ_F32 && int(DType::BF16) == SDQ_BF16 && int(DType::I64) == SDQ_I64 &&
                  int(DType::U8) == SDQ_U8 && int(DType::Bool) == SDQ_BOOL,
              "sdq_dtype follows DType");

/// Descriptions of the inputs or outputs with the arrays that C wants.
namespace {
struct Descriptions {
  std::deque<std::vector<const char *>> symbols; // a deque does not move its elements
  std::vector<sdq_tensor_info> infos;

  explicit Descriptions(llvm::ArrayRef<TensorSpec> specs) {
    for (const TensorSpec &spec : specs) {
      std::vector<const char *> &names = symbols.emplace_back(spec.shape.size(), "");
      for (size_t i = 0; i < spec.symbols.size(); ++i)
        names[i] = spec.symbols[i].c_str();
      infos.push_back(
          {spec.name.c_str(), int32_t(spec.dtype), int32_t(spec.shape.size()), spec.shape.data(), names.data()});
    }
  }
  const sdq_tensor_info *at(size_t index) const { return index < infos.size() ? &infos[index] : nullptr; }
};

/// The C view of an output together with what it points to.
struct OutputTensor : sdq_tensor {
  OwnedTensor owned;
  OutputTensor(OwnedTensor tensor, void *stream) : owned(std::move(tensor)) {
    const TensorView &view = owned.view;
    static_cast<sdq_tensor &>(*this) = {
        const_cast<void *>(view.data), int32_t(view.device.type), view.device.id,      int32_t(view.shape.size()),
        int32_t(view.dtype),           view.shape.data(),         view.strides.data(), stream};
  }
};
} // namespace

struct sdq_model {
  std::unique_ptr<Model> model;
  bool tensorsOnDevice;
  Descriptions inputs, outputs;
  sdq_model(std::unique_ptr<Model> loaded, bool tensorsOnDevice)
      : model(std::move(loaded)), tensorsOnDevice(tensorsOnDevice), inputs(model->signature().inputs), outputs(model->signature().outputs) {}
};

static llvm::Error setOption(LoadOptions &options, llvm::StringRef option) {
  auto [name, value] = option.split('=');
  auto expected = [&, name = name, value = value](const char *what) {
    return llvm::createStringError("option '" + name + "': expected " + what + ", found '" + value + "'");
  };
  if (name == "device") {
    if (value != "cpu" && value != "sim" && value != "cuda")
      return expected("cpu, sim or cuda");
    options.device = value == "cpu" ? RunDevice::CPU : value == "sim" ? RunDevice::Simulator : RunDevice::CUDA;
  } else if (name == "gpu") {
    if (value.getAsInteger(10, options.ordinal))
      return expected("a number");
  } else if (name == "chip") {
    options.chip = value.str();
  } else if (name == "tensors") {
    if (value != "host" && value != "device")
      return expected("host or device");
    options.tensorsOnDevice = value == "device";
  } else if (name == "verify") {
    if (value != "true" && value != "false")
      return expected("true or false");
    options.verify = value == "true";
  } else {
    return llvm::createStringError("option '" + name + "': expected device, gpu, chip, tensors or verify");
  }
  return llvm::Error::success();
}

/// Loads with `options`; NULL and the error's text where that fails.
static sdq_model *load(const char *const *options, size_t count,
                       llvm::function_ref<llvm::Expected<std::unique_ptr<Model>>(const LoadOptions &)> read) {
  LoadOptions chosen;
  chosen.note = [](const std::string &text) { tell(SDQ_NOTE, text); };
  for (size_t i = 0; i < count; ++i)
    if (llvm::Error error = setOption(chosen, options[i])) {
      setLastError(std::move(error));
      return nullptr;
    }
  llvm::Expected<std::unique_ptr<Model>> model = read(chosen);
  if (!model) {
    setLastError(model.takeError());
    return nullptr;
  }
  return new sdq_model(std::move(*model), chosen.tensorsOnDevice);
}

sdq_model *sdq_model_load(const char *path) { return sdq_model_load_with(path, nullptr, 0); }

sdq_model *sdq_model_load_with(const char *path, const char *const *options, size_t num_options) {
  return load(options, num_options, [&](const LoadOptions &chosen) { return Model::load(llvm::StringRef(path), chosen); });
}

sdq_model *sdq_model_load_memory(const void *data, size_t size, const char *name, const char *const *options,
                                 size_t num_options) {
  llvm::MemoryBufferRef bytes(llvm::StringRef(static_cast<const char *>(data), size), name);
  return load(options, num_options, [&](const LoadOptions &chosen) { return Model::load(bytes, chosen); });
}

void sdq_model_free(sdq_model *model) { delete model; }

size_t sdq_model_num_inputs(const sdq_model *model) { return model->inputs.infos.size(); }
size_t sdq_model_num_outputs(const sdq_model *model) { return model->outputs.infos.size(); }
const sdq_tensor_info *sdq_model_input(const sdq_model *model, size_t index) { return model->inputs.at(index); }
const sdq_tensor_info *sdq_model_output(const sdq_model *model, size_t index) { return model->outputs.at(index); }

/// A caller's tensor; what the signature does not check is checked here.
static llvm::Expected<TensorView> viewOf(const sdq_tensor &tensor, size_t index) {
  if (tensor.dtype < 0 || tensor.dtype > SDQ_BOOL)
    return llvm::createStringError("input " + llvm::Twine(index) + ": expected an sdq_dtype, got " +
                                   llvm::Twine(tensor.dtype));
  if (tensor.ndim < 0 || (tensor.ndim > 0 && !tensor.shape))
    return llvm::createStringError("input " + llvm::Twine(index) + ": expected a shape of ndim sizes");
  TensorView view = TensorView::dense(tensor.data, DType(tensor.dtype), {tensor.shape, size_t(tensor.ndim)});
  if (tensor.strides)
    view.strides.assign(tensor.strides, tensor.strides + tensor.ndim);
  view.device = {DeviceType(tensor.device_type), tensor.device_id};
  return view;
}

int sdq_invoke(const sdq_model *model, const sdq_tensor *inputs, size_t num_inputs, sdq_tensor **outputs,
               size_t num_outputs) {
  if (num_outputs != model->outputs.infos.size()) {
    setLastError(llvm::createStringError("expected room for " + llvm::Twine(model->outputs.infos.size()) +
                                         " outputs, got " + llvm::Twine(num_outputs)));
    return 1;
  }
  std::vector<TensorView> views;
  for (size_t i = 0; i < num_inputs; ++i) {
    llvm::Expected<TensorView> view = viewOf(inputs[i], i);
    if (!view) {
      setLastError(view.takeError());
      return 1;
    }
    views.push_back(std::move(*view));
  }
  std::optional<void *> stream;
  if (model->tensorsOnDevice)
    stream = num_inputs ? inputs[0].stream : nullptr;
  for (size_t i = 0; stream && i < num_inputs; ++i)
    if (inputs[i].stream != *stream) {
      setLastError(llvm::createStringError("input " + llvm::Twine(i) + ": expected the stream of input 0, found another"));
      return 1;
    }
  llvm::Expected<std::vector<OwnedTensor>> results = model->model->invoke(views, stream);
  if (!results) {
    setLastError(results.takeError());
    return 1;
  }
  for (size_t i = 0; i < num_outputs; ++i)
    outputs[i] = new OutputTensor(std::move((*results)[i]), stream.value_or(nullptr));
  return 0;
}

void sdq_tensor_free(sdq_tensor *tensor) { delete static_cast<OutputTensor *>(tensor); }
