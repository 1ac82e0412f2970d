#!/usr/bin/env python3
"""How long other programs take for the manifests that benches/ingest.rs makes.

    ingest.py FOLDER [SECONDS]

PyYAML's loader in C reads the files one after the other for at most SECONDS (default 20) of
processor time; checkov, which makes a graph of what it reads and asks its rules of that, makes the
graph of the first 2 MB, no rule asked. One line each: processor time, megabytes a second of it, and
bytes of peak memory beyond the program's own for each byte read. Needs pyyaml and checkov.
"""

import glob
import logging
import os
import resource
import shutil
import sys
import tempfile
import time

SHARE = 2_000_000


def line(name, took, size, peak, note):
    print(f"{name:<44} {took:8.2f} {size / 1e6 / took:8.2f} {'':8} {peak / size:10.1f}  {note}", flush=True)


def loader(paths, limit):
    import yaml

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    # Nothing is kept of a document once it is read: its memory says little.
    line("PyYAML, CSafeLoader, nothing kept", took, size, peak, f"{size / 1e6:.1f} MB read")


def checks(paths):
    # Its own messages are not of interest here.
    logging.disable(logging.CRITICAL)
    from checkov.kubernetes.graph_manager import KubernetesGraphManager
    from checkov.common.graph.db_connectors.rustworkx.rustworkx_db_connector import RustworkxConnector

    with tempfile.TemporaryDirectory() as folder:
        size = 0
        for path in paths:
            if size >= SHARE:
                break
            shutil.copy(path, folder)
            size += os.path.getsize(path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        began = time.process_time()
        manager = KubernetesGraphManager(db_connector=RustworkxConnector(), source="Kubernetes")
        graph, _ = manager.build_graph_from_source_directory(folder, render_variables=False)
        took = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
        note = f"{size / 1e6:.1f} MB read, {len(graph.vertices)} vertices, {len(graph.edges)} edges"
        line("checkov's graph", took, size, peak, note)


def main():
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.yaml")))
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    loader(paths, limit)
    checks(paths)


if __name__ == "__main__":
    main()
