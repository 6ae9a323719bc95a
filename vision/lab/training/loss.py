"""Detection loss: task-aligned assignment, quality-weighted classes, CIoU and distance bins.

Sources: task-aligned assignment, Feng et al. 2021 (arXiv:2108.07755); Complete IoU, Zheng et al.
2020 (arXiv:1911.08287); distribution focal loss, Li et al. 2020 (arXiv:2006.04388).
Boxes are xyxy in pixels throughout.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as fn

from vision.nets.pairnet import STRIDE, boxes_from_bins

TOP_K = 10  # cells that may answer for one defect
ALPHA, BETA = 0.5, 6.0  # weight of score and of overlap in the alignment measure
BOX_GAIN, CLASS_GAIN, BIN_GAIN = 7.5, 3.0, 1.5


def complete_iou(a: Tensor, b: Tensor) -> Tensor:
    """Complete IoU of matching boxes [..., 4] -> [...]; broadcasts."""
    wa, ha = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1]
    wb, hb = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1]
    iw = (torch.minimum(a[..., 2], b[..., 2]) - torch.maximum(a[..., 0], b[..., 0])).clamp(min=0)
    ih = (torch.minimum(a[..., 3], b[..., 3]) - torch.maximum(a[..., 1], b[..., 1])).clamp(min=0)
    inter = iw * ih
    iou = inter / (wa * ha + wb * hb - inter + 1e-7)
    cw = torch.maximum(a[..., 2], b[..., 2]) - torch.minimum(a[..., 0], b[..., 0])
    ch = torch.maximum(a[..., 3], b[..., 3]) - torch.minimum(a[..., 1], b[..., 1])
    dx = a[..., 0] + a[..., 2] - b[..., 0] - b[..., 2]
    dy = a[..., 1] + a[..., 3] - b[..., 1] - b[..., 3]
    centre = (dx**2 + dy**2) / 4 / (cw**2 + ch**2 + 1e-7)
    shape = (4 / math.pi**2) * (torch.atan(wb / (hb + 1e-7)) - torch.atan(wa / (ha + 1e-7))) ** 2
    with torch.no_grad():
        trade = shape / (1 - iou + shape + 1e-7)
    return iou - centre - trade * shape


@torch.no_grad()
def assign(
    scores: Tensor, boxes: Tensor, centres: Tensor, truth: Tensor, labels: Tensor, real: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Choose the cells that answer for each defect and how good each should say it is.

    scores [N, A, C] sigmoid, boxes [N, A, 4], centres [A, 2], truth [N, M, 4], labels [N, M],
    real [N, M] (False for padding). Returns the index of each cell's defect [N, A], whether it
    has one [N, A], and its target quality 0..1 [N, A].
    """
    cells = scores.shape[1]
    inside = (
        torch.cat(
            [
                centres[None, None] - truth[:, :, None, :2],
                truth[:, :, None, 2:] - centres[None, None],
            ],
            -1,
        ).amin(-1)
        > 1e-3
    )
    inside &= real[..., None]
    overlap = complete_iou(boxes[:, None], truth[:, :, None]).clamp(min=0) * inside
    chosen = scores.transpose(1, 2).gather(1, labels[..., None].expand(-1, -1, cells))
    align = chosen.pow(ALPHA) * overlap.pow(BETA)
    top = align.topk(min(TOP_K, cells), -1).indices
    mask = torch.zeros_like(inside).scatter_(-1, top, True) & inside
    owned = overlap.masked_fill(~mask, -1.0)
    owner = owned.argmax(1)
    mask &= fn.one_hot(owner, truth.shape[1]).transpose(1, 2).bool()
    align = align * mask
    best = align.amax(-1, keepdim=True)
    best_overlap = (overlap * mask).amax(-1, keepdim=True)
    quality = (align / (best + 1e-9) * best_overlap).amax(1)
    return owner, mask.any(1), quality


def detection_loss(
    logits: Tensor, bins: Tensor, centres: Tensor, truth: Tensor, labels: Tensor, real: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Loss of a batch and its parts; shapes as in ``PairNet.forward`` and ``assign``."""
    logits, bins = logits.float(), bins.float()
    boxes = boxes_from_bins(bins, centres)
    owner, positive, quality = assign(
        logits.sigmoid(), boxes.detach(), centres, truth, labels, real
    )
    target = torch.zeros_like(logits)
    wanted = labels.gather(1, owner)
    target.scatter_(-1, wanted[..., None], (quality * positive)[..., None])
    norm = target.sum().clamp(min=1.0)
    # Varifocal weighting: sure negatives fade out, positives weigh by their quality.
    prob = logits.detach().sigmoid()
    weight = torch.where(target > 0, target.clamp(min=0.2), 0.75 * prob.pow(2.0))
    class_loss = (
        fn.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight
    ).sum() / norm
    if bool(positive.any()):
        goal = truth.gather(1, owner[..., None].expand(-1, -1, 4))[positive]
        gain = quality[positive]
        box_loss = ((1 - complete_iou(boxes[positive], goal)) * gain).sum() / norm
        at = centres.expand(logits.shape[0], -1, -1)[positive]
        distance = torch.cat([at - goal[:, :2], goal[:, 2:] - at], -1) / STRIDE
        distance = distance.clamp(0, bins.shape[-1] - 1 - 1e-3)
        low = distance.long()
        part = distance - low
        flat = bins[positive].reshape(-1, bins.shape[-1])
        near = fn.cross_entropy(flat, low.reshape(-1), reduction="none").view_as(distance)
        far = fn.cross_entropy(flat, low.reshape(-1) + 1, reduction="none").view_as(distance)
        bin_loss = ((near * (1 - part) + far * part).mean(-1) * gain).sum() / norm
    else:
        box_loss = bin_loss = bins.sum() * 0.0
    total = CLASS_GAIN * class_loss + BOX_GAIN * box_loss + BIN_GAIN * bin_loss
    parts = {
        "class": float(class_loss.detach()),
        "box": float(box_loss.detach()),
        "bins": float(bin_loss.detach()),
    }
    return total, parts
