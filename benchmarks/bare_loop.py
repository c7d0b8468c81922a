"""The shortest honest training loop, for benchmarks/overhead.py: nothing of the kit in it.

    bare_loop.py ENGINE PRECISION MEMORY_FORMAT BATCH SIZE

Says `warm` after its warm-up, steps until SIGTERM, then prints the seconds of each step.
"""

import signal
import sys
import time

import torch
import torchvision

engine, precision, memory_format = sys.argv[1:4]
batch, size = int(sys.argv[4]), int(sys.argv[5])
torch.set_flush_denormal(True)
torch.manual_seed(0)
layout = getattr(torch, memory_format.replace("contiguous", "contiguous_format"))
model = torchvision.models.resnet50(num_classes=10).to(memory_format=layout).train()
optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
criterion = torch.nn.CrossEntropyLoss()
if engine == "ipex":
    import intel_extension_for_pytorch as ipex

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model, optimizer = ipex.optimize(model, optimizer=optimizer, dtype=dtype, inplace=True)
images = torch.rand(batch, 3, size, size).mul(2).sub(1).to(memory_format=layout)
labels = torch.randint(0, 10, (batch,))


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
for _ in range(3):
    step()
print("warm", flush=True)
times = []
try:
    while True:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
finally:
    print("steps", *times, flush=True)
