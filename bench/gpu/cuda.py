# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The few calls of the CUDA driver that a kernel harness needs, through ctypes; no toolkit, no other package."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import byref, c_char_p, c_float, c_int, c_size_t, c_uint, c_uint64, c_void_p

import numpy as np


class CUDAError(RuntimeError):
    """A driver call failed; the message names the call and the driver's reason."""


class Device:
    """The first GPU, its primary context current in this thread."""

    def __init__(self) -> None:
        try:
            self._driver = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise CUDAError(f"no CUDA driver: {error}") from None
        device, context = c_int(), c_void_p()
        self._call("cuInit", c_uint(0))
        self._call("cuDeviceGet", byref(device), c_int(0))
        self._call("cuDevicePrimaryCtxRetain", byref(context), device)
        self._call("cuCtxSetCurrent", context)
        name = ctypes.create_string_buffer(256)
        self._call("cuDeviceGetName", name, c_int(256), device)
        self.name = name.value.decode()
        major, minor = c_int(), c_int()
        self._call("cuDeviceGetAttribute", byref(major), c_int(75), device)
        self._call("cuDeviceGetAttribute", byref(minor), c_int(76), device)
        self.capability = (major.value, minor.value)

    def _call(self, function: str, *arguments: object) -> None:
        code = getattr(self._driver, function)(*arguments)
        if code:
            reason = c_char_p()
            self._driver.cuGetErrorString(c_int(code), byref(reason))
            raise CUDAError(f"{function}: {(reason.value or b'unknown error').decode()} ({code})")

    def load(self, ptx: bytes) -> Module:
        """Compiles PTX for this GPU; the compiler's own message where it refuses."""
        log = ctypes.create_string_buffer(1 << 14)
        options = (c_int * 2)(5, 6)  # CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
        values = (c_void_p * 2)(ctypes.cast(log, c_void_p), len(log))
        module = c_void_p()
        try:
            self._call("cuModuleLoadDataEx", byref(module), c_char_p(ptx), c_uint(2), options, values)
        except CUDAError as error:
            raise CUDAError(f"{error}\n{log.value.decode(errors='replace')}") from None
        return Module(self, module)

    def allocate(self, size: int) -> Buffer:
        return Buffer(self, size)

    def upload(self, array: np.ndarray) -> Buffer:
        """A device copy of the array. At least 16 bytes, so that an empty array has an address."""
        array = np.ascontiguousarray(array)
        buffer = Buffer(self, max(array.nbytes, 16))
        if array.nbytes:
            self._call(
                "cuMemcpyHtoD_v2", c_uint64(buffer.address), array.ctypes.data_as(c_void_p), c_size_t(array.nbytes)
            )
        return buffer

    def write(self, buffer: Buffer, array: np.ndarray) -> None:
        """Copies the array to where the buffer begins."""
        array = np.ascontiguousarray(array)
        self._call("cuMemcpyHtoD_v2", c_uint64(buffer.address), array.ctypes.data_as(c_void_p), c_size_t(array.nbytes))

    def copy(self, to: Buffer, source: Buffer) -> None:
        self._call("cuMemcpyDtoDAsync_v2", c_uint64(to.address), c_uint64(source.address), c_size_t(source.size), None)

    def synchronize(self) -> None:
        self._call("cuCtxSynchronize")

    def milliseconds(self, work: Callable[[], None], before: Callable[[], None]) -> float:
        """GPU time of what `work` enqueues on the default stream; `before`, not timed, keeps the GPU busy meanwhile."""
        start, stop, elapsed = c_void_p(), c_void_p(), c_float()
        self._call("cuEventCreate", byref(start), c_uint(0))
        self._call("cuEventCreate", byref(stop), c_uint(0))
        before()
        self._call("cuEventRecord", start, None)
        work()
        self._call("cuEventRecord", stop, None)
        self._call("cuEventSynchronize", stop)
        self._call("cuEventElapsedTime", byref(elapsed), start, stop)
        self._call("cuEventDestroy_v2", start)
        self._call("cuEventDestroy_v2", stop)
        return elapsed.value


class Buffer:
    """Device memory, freed with this object."""

    def __init__(self, device: Device, size: int) -> None:
        self._device, self.size, self.address = device, size, 0
        address = c_uint64()
        device._call("cuMemAlloc_v2", byref(address), c_size_t(size))
        self.address = address.value

    def __del__(self) -> None:
        """Frees the memory."""
        if self.address:
            self._device._driver.cuMemFree_v2(c_uint64(self.address))

    def fill(self, byte: int = 0) -> None:
        self._device._call("cuMemsetD8_v2", c_uint64(self.address), ctypes.c_ubyte(byte), c_size_t(self.size))

    def download(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        array = np.empty(shape, dtype)
        self._device._call(
            "cuMemcpyDtoH_v2", array.ctypes.data_as(c_void_p), c_uint64(self.address), c_size_t(array.nbytes)
        )
        return array


class Module:
    """Loaded code."""

    def __init__(self, device: Device, handle: c_void_p) -> None:
        self._device, self._handle = device, handle

    def function(self, name: str) -> Function:
        handle = c_void_p()
        self._device._call("cuModuleGetFunction", byref(handle), self._handle, c_char_p(name.encode()))
        return Function(self._device, handle)


class Function:
    """A kernel."""

    def __init__(self, device: Device, handle: c_void_p) -> None:
        self._device, self._handle = device, handle

    def prepare(self, grid: list[int], block: list[int], arguments: list[int], shared: int = 0) -> Callable[[], None]:
        """What enqueues a launch when called; every argument is 64 bits wide, a device address or an integer."""
        if shared > 48 << 10:
            self._device._call("cuFuncSetAttribute", self._handle, c_int(8), c_int(shared))
        values = (c_uint64 * len(arguments))(*arguments)
        first, width = ctypes.addressof(values), ctypes.sizeof(c_uint64)
        pointers = (c_void_p * len(arguments))(*(first + i * width for i in range(len(arguments))))
        extents = [c_uint(n) for n in (*grid, *block)]

        def launch(keep_alive: object = values) -> None:
            self._device._call("cuLaunchKernel", self._handle, *extents, c_uint(shared), None, pointers, None)

        return launch
