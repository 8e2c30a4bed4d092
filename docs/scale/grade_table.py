"""Grades a table of submissions on a Spark cluster, by piping it through `assay grade --stream`.

    python3 docs/scale/grade_table.py SUBMISSIONS GRADES --assay target/release/assay [--bank DIR] [--master URL]

SUBMISSIONS is NDJSON as the stream reads it (a file, a folder or a pattern), or with `--format parquet` a table with the
columns `id`, `exercise` and `review`. GRADES is a new folder of the same format: NDJSON is the lines of the stream; Parquet
has the columns `id`, `exercise`, `score`, `band`, `error` and `grade`, the last being the line as it is.

The program and the bank are sent along; the workers need nothing but Spark and Python. Each task runs one `assay` on as
many threads as it has cores.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from pyspark import RDD
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

COLUMNS = ["id", "exercise", "review"]
FIELDS = ["id", "exercise", "score", "band", "error"]


def send(session: SparkSession, program: Path, bank: Path | None, scratch: str) -> str:
    """Sends program and bank to the workers, and returns the command that runs there. `scratch` is a folder that stays."""
    context = session.sparkContext
    context.addFile(str(program.resolve()))
    # What is sent along lies in the folder in which the workers run.
    command = f"./{program.name} grade --stream"
    if bank is None:
        return command
    archive = shutil.make_archive(f"{scratch}/bank", "zip", bank)
    context.addArchive(f"{archive}#bank")
    return f"{command} --bank bank"


def read(session: SparkSession, path: str, kind: str) -> RDD[str]:
    """The lines to send to `assay`. Each brings its number in the whole table, for errors to name, whatever part it comes into."""
    if kind == "parquet":
        lines = session.read.parquet(path).select(f.to_json(f.struct(*COLUMNS))).rdd.map(lambda row: row[0])
    else:
        lines = session.sparkContext.textFile(path)
    return lines.zipWithIndex().map(lambda line: f"{line[1] + 1}\t{line[0]}")


def grade(lines: RDD[str], command: str) -> RDD[str]:
    """The lines that `assay` answers with, in the order of each part."""
    threads = {"RAYON_NUM_THREADS": lines.context.getConf().get("spark.task.cpus", "1")}
    # Spark tries a task whose `assay` fails again; a line that cannot be graded is no failure but an answer.
    return lines.pipe(command, env=threads, checkCode=True)


def write(answers: RDD[str], path: str, kind: str) -> None:
    """Writes the answers to a new folder."""
    if kind == "parquet":
        table = answers.map(lambda line: (line,)).toDF("grade string")
        columns = {name: f.get_json_object("grade", f"$.{name}") for name in FIELDS}
        columns["score"] = columns["score"].cast("double")
        table.select(*(column.alias(name) for name, column in columns.items()), "grade").write.parquet(path)
    else:
        answers.saveAsTextFile(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("submissions", metavar="SUBMISSIONS")
    parser.add_argument("grades", metavar="GRADES")
    parser.add_argument("--assay", required=True, type=Path, metavar="PROGRAM", help="built for the workers' machines")
    parser.add_argument("--bank", type=Path, metavar="DIR", help="the exercises; else those built into the program")
    parser.add_argument("--format", choices=["ndjson", "parquet"], default="ndjson")
    parser.add_argument("--parts", type=int, metavar="NUMBER", help="deal the table into so many parts first")
    parser.add_argument("--master", metavar="URL", help="the cluster; else the one of Spark's configuration")
    arguments = parser.parse_args()
    builder = SparkSession.builder.appName("assay")
    session = (builder.master(arguments.master) if arguments.master else builder).getOrCreate()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            command = send(session, arguments.assay, arguments.bank, scratch)
            lines = read(session, arguments.submissions, arguments.format)
            if arguments.parts:
                lines = lines.repartition(arguments.parts)
            write(grade(lines, command), arguments.grades, arguments.format)
    finally:
        session.stop()


if __name__ == "__main__":
    main()
