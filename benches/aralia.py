#!/usr/bin/env python3
"""spof beside SCRAM on the Aralia fault trees: all minimal cut sets, whole processes.

    benches/aralia.py SPOF ARALIA [TREE...]

SPOF is the program (a release build), ARALIA the folder with data/ and truth.json. SCRAM
(`apt-get install scram`) is run with its three algorithms, each at most 120 s; its best counts, and
it is stopped when it has its products, for listing millions of them would be most of its time.
Counts are checked against truth.json. Times are seconds of the processor, of spof for the whole
process, once each.
"""
import json
import os
import re
import resource
import subprocess
import sys
import threading

CAP = 120


def ours(command):
    """Processor seconds and answer of spof; None if it fails or is stopped."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, timeout=CAP, check=False)
    except subprocess.TimeoutExpired:
        return None, {}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (used, json.loads(done.stdout)) if done.returncode == 0 else (None, {})


def theirs(algorithm, path):
    """Processor seconds until SCRAM has its products; None if it has none in time."""
    tick = os.sysconf("SC_CLK_TCK")
    run = subprocess.Popen(["scram", algorithm, "--verbosity", "4", "-o", os.devnull, path],
                           stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    stop = threading.Timer(CAP, run.kill)
    stop.start()
    used = None
    for line in run.stderr:
        if "# of products" in line:
            with open(f"/proc/{run.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            used = (int(fields[11]) + int(fields[12])) / tick
            break
    stop.cancel()
    run.kill()
    run.wait()
    return used


def top(path):
    """The gate that no other refers to."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    defined = re.findall(r'define-gate\s+name="([^"]+)"', text)
    return sorted(set(defined) - set(re.findall(r'<gate\s+name="([^"]+)"', text)))[0]


def show(seconds):
    return "-" if seconds is None else f"{seconds:.3f}"


def main():
    spof, folder, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        trees = json.load(file)["trees"]
    ours_sum = theirs_sum = 0.0
    for name, tree in trees.items():
        if only and name not in only:
            continue
        path = os.path.join(folder, "data", name + ".xml")
        used, answer = ours([spof, "cuts", top(path), "-i", path, "--max-order", "all",
                             "--limit", "0", "--format", "json"])
        right = "unknown"
        if tree.get("minimal_cut_sets"):
            right = answer.get("count") == str(tree["minimal_cut_sets"])
        best = min((t for t in (theirs(a, path) for a in ("--bdd", "--zbdd", "--mocus"))
                    if t is not None), default=None)
        if used is not None and best is not None:
            ours_sum += used
            theirs_sum += best
        print(f"{name:10} spof {show(used):>8}  scram {show(best):>8}  "
              f"{answer.get('count', '-'):>14}  right: {right}", flush=True)
    if ours_sum:
        print(f"sum of those both solve: spof {ours_sum:.2f} s, scram {theirs_sum:.2f} s, "
              f"ratio 1/{theirs_sum / ours_sum:.1f}")


if __name__ == "__main__":
    main()
