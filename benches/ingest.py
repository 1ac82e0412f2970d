#!/usr/bin/env python3
"""How long other programs take for the manifests that benches/ingest.rs makes.

    ingest.py FOLDER [SECONDS]

PyYAML's loader in C reads the files one after the other for at most SECONDS (default 20) of
processor time; kubediagrams, which draws a graph of what it reads, gets the first 400 kB: the rest
would take it hours. One line each, with megabytes a second of processor time and bytes of peak
memory for each byte read. Needs pyyaml and kubediagrams.
"""

import glob
import os
import resource
import subprocess
import sys
import tempfile
import time

SHARE = 400_000


def line(name, took, size, peak, note):
    print(f"{name:<44} {took:8.2f} {size / 1e6 / took:8.2f} {'':8} {peak / size:10.1f}  {note}", flush=True)


def loader(paths, limit):
    import yaml

    began, size = time.process_time(), 0
    for path in paths:
        with open(path, "rb") as file:
            text = file.read()
        for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
            pass
        size += len(text)
        if time.process_time() - began > limit:
            break
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # Nothing is kept of a document once it is read: its memory says little.
    line("PyYAML, CSafeLoader, nothing kept", took, size, peak, f"{size / 1e6:.1f} MB read")


def diagrams(paths):
    program = os.path.join(os.path.dirname(sys.executable), "kube-diagrams")
    with tempfile.TemporaryDirectory() as folder:
        text, size = os.path.join(folder, "all.yaml"), 0
        with open(text, "wb") as out:
            for path in paths:
                if size >= SHARE:
                    break
                with open(path, "rb") as file:
                    size += out.write(file.read())
        target = os.path.join(folder, "graph.dot")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([program, "-o", target, text], capture_output=True, cwd=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0 or not os.path.exists(target):
            words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            print("kubediagrams failed:", words[-1] if words else done.returncode)
            return
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        line("kubediagrams, graph as dot", took, size, after.ru_maxrss * 1024, f"{size / 1e6:.1f} MB read")


def main():
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.yaml")))
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    loader(paths[::-1] if len(paths) < 4 else paths, limit)
    diagrams(paths)


if __name__ == "__main__":
    main()
