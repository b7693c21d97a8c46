//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Npy.h"
#include "NpyHeader.h"

#include "sdq/Core/AtomicFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace sdq;

llvm::Expected<OwnedTensor> sdq::readNpy(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createFileError(path, file.getError());
  llvm::StringRef bytes = (*file)->getBuffer();
  llvm::Expected<NpyHeader> header = parseNpyHeader(bytes);
  if (!header)
    return llvm::createFileError(path, header.takeError());
  int64_t available = int64_t(bytes.size() - header->dataOffset), expected = header->dataBytes();
  if (available < expected)
    return llvm::createFileError(path, llvm::createStringError("not a readable .npy file: expected " +
                                                               llvm::Twine(expected) + " bytes of elements for " +
                                                               name(header->dtype) + formatExtents(header->shape) +
                                                               ", got " + llvm::Twine(available)));
  OwnedTensor tensor;
  tensor.view = TensorView::dense(bytes.data() + header->dataOffset, header->dtype, header->shape);
  if (header->fortranOrder) {
    Extents reversed(llvm::reverse(header->shape));
    tensor.view.strides = Extents(llvm::reverse(rowMajorStrides(reversed)));
  }
  tensor.storage = std::shared_ptr<const llvm::MemoryBuffer>(std::move(*file));
  return tensor;
}

llvm::Error sdq::writeNpy(llvm::StringRef path, const TensorView &tensor) {
  OwnedTensor dense;
  if (!tensor.isContiguous())
    dense = copyDense(tensor);
  const void *data = dense.storage ? dense.view.data : tensor.data;
  return writeFileAtomically(path, [&](llvm::raw_ostream &os) {
    os << formatNpyHeader(tensor.dtype, tensor.shape);
    os.write(static_cast<const char *>(data), tensor.numBytes());
    return llvm::Error::success();
  });
}
