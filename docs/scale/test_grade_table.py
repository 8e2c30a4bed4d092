"""The grades of a cluster are those of one machine, byte by byte. Two workers, each a process of its own.

    python3 docs/scale/test_grade_table.py        needs pyspark (docs/scale/requirements.txt) and Java, which Spark runs on

Without Java the test is skipped and says so; without pyspark it fails. ASSAY names the program, else it is built.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "fixtures"
NUMBER = 100


def program() -> Path:
    """The program to test, built where none is named."""
    if "ASSAY" in os.environ:
        return Path(os.environ["ASSAY"]).resolve()
    subprocess.run(["cargo", "build", "-q", "-p", "assay"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "assay"


def submissions() -> list[str]:
    """Made-up reviews, and lines that are answered with an error, all with the fields they need."""
    command = [sys.executable, str(ROOT / "benches" / "submissions.py"), str(NUMBER)]
    lines = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
    odd = [
        {"id": "no such exercise", "exercise": "corpus/nowhere", "review": "Line 3 is slow."},
        {"id": "empty", "exercise": "corpus/web-django-invoices", "review": ""},
        {"id": "signs: \u2028 \u0085 é 💡", "exercise": "corpus/web-django-invoices", "review": "a\rb\u2028c\t`x`"},
    ]
    return lines + [json.dumps(line, ensure_ascii=False) for line in odd]


def with_mistakes(lines: list[str]) -> list[str]:
    """The same with lines between them that cannot be read, and one that is empty: the number in each error is that of the whole."""
    mistakes = ["no json", "", '{"id": "less", "exercise": "corpus/web-django-invoices"}', '{"id": "cut", "exercise": ']
    return lines[:2] + mistakes[:2] + lines[2:-1] + mistakes[2:3] + lines[-1:] + mistakes[3:]


@unittest.skipUnless(shutil.which("java") or "JAVA_HOME" in os.environ, "there is no Java, which Spark runs on")
class GradesOfACluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        import grade_table
        from pyspark.sql import SparkSession

        cls.assay = program()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.lines = submissions()
        # Answers name the bank as it was named to the program, and on a worker that is `bank`.
        (cls.folder / "bank").symlink_to(BANK)
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("assay")
        builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        cls.session = builder.getOrCreate()
        cls.addClassCleanup(cls.session.stop)
        cls.command = grade_table.send(cls.session, cls.assay, BANK, str(cls.folder))

    @classmethod
    def alone(cls, lines: list[str]) -> list[bytes]:
        """The answers of one machine, sorted."""
        command = [str(cls.assay), "grade", "--stream", "--bank", "bank"]
        run = subprocess.run(command, cwd=cls.folder, input="\n".join(lines).encode(), check=True, capture_output=True)
        return sorted(run.stdout.splitlines(keepends=True))

    def run_job(self, table: Path, kind: str) -> Path:
        import grade_table

        grades = self.folder / f"grades.{kind}"
        lines = grade_table.read(self.session, str(table), kind).repartition(4)
        grade_table.write(grade_table.grade(lines, self.command), str(grades), kind)
        return grades

    def test_two_workers_grade_ndjson_as_one_machine_does(self) -> None:
        lines = with_mistakes(self.lines)
        # Two files, whose lines are counted on from the first to the second by their names.
        table = self.folder / "submissions"
        table.mkdir()
        for name, part in [("b", lines[60:]), ("a", lines[:60])]:
            (table / f"{name}.ndjson").write_text("\n".join(part) + "\n", encoding="utf-8")
        grades = self.run_job(table / "*.ndjson", "ndjson")
        parts = [path.read_bytes() for path in sorted(grades.glob("part-*"))]
        self.assertGreater(sum(bool(part) for part in parts), 1)
        together = sorted(line for part in parts for line in part.splitlines(keepends=True))
        self.assertEqual(len(together), NUMBER + 6)
        self.assertEqual(together, self.alone(lines))
        errors = [json.loads(line).get("error", "") for line in together]
        numbers = [int(number) for error in errors for number in re.findall(r"^line (\d+)[,:]", error)]
        self.assertEqual(sorted(numbers), [3, NUMBER + 5, NUMBER + 7])
        # The driver and two executors.
        self.assertEqual(self.session.sparkContext._jsc.sc().getExecutorMemoryStatus().size(), 3)

    def test_two_workers_grade_parquet_as_one_machine_does(self) -> None:
        table = self.folder / "submissions.parquet"
        rows = [json.loads(line) for line in self.lines]
        self.session.createDataFrame(rows, "id string, exercise string, review string").write.parquet(str(table))
        rows = self.session.read.parquet(str(self.run_job(table, "parquet"))).collect()
        self.assertEqual(sorted(row.grade.encode() + b"\n" for row in rows), self.alone(self.lines))
        for row in rows:
            grade = json.loads(row.grade)
            for field in ["id", "exercise", "score", "band", "error"]:
                self.assertEqual(row[field], grade.get(field))


if __name__ == "__main__":
    unittest.main()
