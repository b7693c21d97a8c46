# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Does what is not done yet, some runs at a time, and says how it goes."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from sdq.evaluate.runs import Run
from sdq.evaluate.store import Store
from sdq.evaluate.tasks import Task
from sdq.evaluate.worker import Job


def outstanding(store: Store, wanted: Iterable[tuple[Run, list[Task]]], template: Job) -> list[Job]:
    """A job for every run that lacks results; runs that ask for the same are one job."""
    jobs: dict[tuple, Job] = {}
    for run, tasks in wanted:
        key = (run.recipe, run.options)
        job = jobs.setdefault(key, replace(template, run=run, tasks=()))
        paths = {path for _, path in job.tasks}
        missing = [(t, p) for t in tasks if store.read(run, t) is None and (p := store.path(run, t)) not in paths]
        jobs[key] = replace(job, tasks=(*job.tasks, *missing))
    return [job for job in jobs.values() if job.tasks]


def perform_all(jobs: list[Job], at_once: int) -> dict[str, str]:
    """Perform the jobs; returns why those that failed did, by label. Results are in their files."""
    failed: dict[str, str] = {}
    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        futures = {pool.submit(perform_in_process, job): job for job in jobs}
        try:
            for done, future in enumerate(as_completed(futures), 1):
                label, error = futures[future].run.label, future.result()
                if error is not None:
                    failed[label] = error
                seconds = time.perf_counter() - start
                left = seconds / done * (len(jobs) - done)
                state = "done" if error is None else f"failed: {error}"
                print(f"[{done}/{len(jobs)}] {label}: {state}; {left:.0f} s left", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True, wait=False)
            raise
    return failed


def perform_in_process(job: Job) -> str | None:
    """Run a worker to its end; why it failed, None if it did not."""
    with tempfile.NamedTemporaryFile(dir=job.scratch, suffix=".job") as file:
        pickle.dump(job, file)
        file.flush()
        command = [sys.executable, "-m", "sdq.evaluate.worker", file.name]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    if done.returncode < 0:
        return f"ended by signal {-done.returncode}"
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def make_scratch(folder: Path) -> Path:
    """A folder of this process's own; those of processes that have been killed are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name.isdigit() and not is_alive(int(old.name)):
            shutil.rmtree(old, ignore_errors=True)
    mine = folder / str(os.getpid())
    mine.mkdir(exist_ok=True)
    return mine


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
