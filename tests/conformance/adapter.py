#!/usr/bin/python3
"""An example: how a Python tool that normalises dicts of tensors is asked by conform."""
import sys
import numpy as np
import torch


def normalise(direction, weights):  # stands for: from your_tool import normalise
    return {k: d * weights[k].norm() / d.norm() for k, d in direction.items()}


model, raw, out = sys.argv[1:]
weights = torch.load(model)
direction = {k: torch.from_numpy(v) for k, v in np.load(raw).items()}
normalised = normalise(direction, weights)
np.savez(out, **{k: v.numpy() for k, v in normalised.items()})
