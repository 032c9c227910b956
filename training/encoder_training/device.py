"""Where the network runs and in which precision."""

import time

import torch
from torch import Tensor, nn

from encoder_training.packs import Report

# Searching for convolution algorithms takes a while at the start; it is tried only where the
# default is slower than this for one forward and backward pass of TRIAL_BATCH images.  By eye.
SLOW_PASS_S = 0.11
TRIAL_BATCH = 384


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def half_precision(device: torch.device) -> torch.autocast:
    """Autocast to bfloat16 on a GPU; nothing on a CPU."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def as_input(images: Tensor) -> Tensor:
    """Pictures in 0..1 as the network takes them: 0..255, channels last in memory."""
    return (images * 255).contiguous(memory_format=torch.channels_last)


def speed_up(network: nn.Module, origin: nn.Module, report: Report) -> None:
    """On a GPU, put both networks into their fastest form and choose how convolutions are found."""
    device = next(network.parameters()).device
    if device.type != "cuda":
        return
    network.to(memory_format=torch.channels_last)
    origin.to(memory_format=torch.channels_last)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = False
    took = {False: _pass_seconds(network, device)}
    if took[False] >= SLOW_PASS_S:
        torch.backends.cudnn.benchmark = True
        took[True] = _pass_seconds(network, device)
    torch.backends.cudnn.benchmark = min(took, key=lambda setting: took[setting])
    report(f"forward and backward: {TRIAL_BATCH / min(took.values()):.0f} images a second")


def _pass_seconds(network: nn.Module, device: torch.device) -> float:
    """Mean of three passes after three to warm up."""
    images = torch.rand(TRIAL_BATCH, 3, 224, 224, device=device)
    start = 0.0
    for number in range(6):
        if number == 3:
            torch.cuda.synchronize()
            start = time.perf_counter()
        with half_precision(device):
            output = network(as_input(images))
            loss = output.mask.float().mean() + output.pooled.mean()
        loss.backward()
    torch.cuda.synchronize()
    network.zero_grad(set_to_none=True)
    return (time.perf_counter() - start) / 3
