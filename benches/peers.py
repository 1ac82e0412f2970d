#!/usr/bin/env python3
"""Every single fault of one graph: how long the usual graph libraries take for reachability alone,
and an exact event-driven loop in plain Python for whom each fault takes.

    peers.py GRAPH [SECONDS]     a graph as benches/peers.rs writes it

Prints one line a program: name, seconds of processor time for all faults, mean number of nodes reached. Programs
that would take longer than SECONDS (default 20) are stopped and extrapolated from the faults done;
the line says so. The graph file has one line a node: its requirements as `need:member,member...`,
separated by spaces, of weight one each.
"""

import math
import sys
import time


def read(path):
    needs = []
    with open(path, encoding="ascii") as file:
        for line in file:
            node = []
            for word in line.split():
                need, members = word.split(":")
                node.append((int(need), [int(member) for member in members.split(",")]))
            needs.append(node)
    return needs


def measure(name, count, limit, one):
    """Calls one(fault), which says how many nodes it reaches, for all faults or until `limit`."""
    began = time.process_time()
    reached = done = 0
    # Spread over the graph, so that what is done is like what is left.
    step = max(1, int(count * 0.6180339887)) | 1
    while math.gcd(step, count) != 1:
        step += 2
    fault = 0
    while done < count and time.process_time() - began < limit:
        reached += one(fault)
        done += 1
        fault = (fault + step) % count
    seconds = (time.process_time() - began) * count / done
    note = "" if done == count else f" extrapolated from {done} faults"
    print(f"{name} {seconds:.6f} {reached / done:.2f}{note}", flush=True)


def main():
    needs = read(sys.argv[1])
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    count = len(needs)
    edges = [(m, v) for v, node in enumerate(needs) for _, members in node for m in members]

    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    measure("networkx", count, limit, lambda fault: len(networkx.descendants(graph, fault)))

    import rustworkx

    other = rustworkx.PyDiGraph()
    other.add_nodes_from(range(count))
    other.add_edges_from_no_data(edges)
    measure("rustworkx", count, limit, lambda fault: len(rustworkx.descendants(other, fault)))

    import igraph

    third = igraph.Graph(n=count, edges=edges, directed=True)
    measure("igraph", count, limit, lambda fault: len(third.subcomponent(fault, mode="out")) - 1)

    # An exact loop: counters of requirements, undone after each fault.
    owner, left, used_by = [], [], [[] for _ in range(count)]
    for node, requirements in enumerate(needs):
        for need, members in requirements:
            for member in members:
                used_by[member].append(len(owner))
            owner.append(node)
            left.append(len(members) - need)
    is_down = bytearray(count)

    def event_driven(fault):
        down, touched = [fault], []
        is_down[fault] = 1
        for node in down:
            for requirement in used_by[node]:
                left[requirement] -= 1
                touched.append(requirement)
                if left[requirement] < 0 and not is_down[owner[requirement]]:
                    is_down[owner[requirement]] = 1
                    down.append(owner[requirement])
        for requirement in touched:
            left[requirement] += 1
        for node in down:
            is_down[node] = 0
        return len(down) - 1

    measure("python", count, limit, event_driven)


if __name__ == "__main__":
    main()
