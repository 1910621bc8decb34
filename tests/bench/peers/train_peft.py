"""The same training steps as tests/bench/train_bench.cpp with transformers and peft.

In a throw-away environment with torch 2.11, transformers, peft and gguf:
    python tests/bench/peers/train_peft.py [MODEL.gguf] [--steps N]
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("model", nargs="?", default=os.path.join(
    os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")),
    "koala-workbench/models/SmolLM2-135M-Instruct.Q4_1.gguf"))
parser.add_argument("--steps", type=int, default=8)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()

torch.set_num_threads(arguments.threads)
torch.manual_seed(42)
folder, name = os.path.split(arguments.model)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(
    r=16, lora_alpha=32, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM",
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]))
model.train()
model.config.use_cache = False
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=2e-4, betas=(0.9, 0.95), weight_decay=0.0)

seconds = []
for step in range(arguments.steps + 1):  # the first is a warm-up
    begin = time.perf_counter()
    ids = (torch.arange(1024) * 7919 + step * 104729) % 40000 + 100
    ids = ids.view(2, 512)
    optimizer.zero_grad(set_to_none=True)
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    took = time.perf_counter() - begin
    print(f"step {step}: loss {loss.item():.5f}, {took:.3f} s", file=sys.stderr)
    if step > 0:
        seconds.append(took)
    else:
        processor = time.process_time()
processor = (time.process_time() - processor) / arguments.steps
median = statistics.median(seconds)
print(json.dumps({
    "bench": "train_peft", "precision": "bf16", "threads": arguments.threads,
    "tokens_per_step": 1024, "seconds_per_step": round(median, 4),
    "processor_seconds_per_step": round(processor, 4),
    "tokens_per_second": round(1024 / median, 1),
    "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "last_loss": round(loss.item(), 5)}))
