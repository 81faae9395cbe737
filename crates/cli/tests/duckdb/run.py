"""Runs the queries of docs/export-sql.md on the day files of the working directory.

python3 run.py PAGE: writes one JSON object, with a key for each query and dialect ("duckdb totals").
"""

import json
import re
import sys

import duckdb
import sqlglot

page = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"^```sql (\S+) ?(\S*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
connection = duckdb.connect()
results = {}


def rows(sql):
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


for dialect, name, sql in blocks:
    if not name:
        # Loading: a view of the files in DuckDB; the table of BigQuery need only be read.
        if dialect == "duckdb":
            connection.execute(sql)
        else:
            sqlglot.parse_one(sql, dialect=dialect)
        continue
    if dialect in ("duckdb", "both"):
        results[f"duckdb {name}"] = rows(sql)
    if dialect in ("bigquery", "both"):
        translated = sqlglot.transpile(sql, read="bigquery", write="duckdb")[0]
        results[f"bigquery {name}"] = rows(translated)
# The twin in Parquet has the same rows.
connection.execute("copy askwell.day to 'twin.parquet'")
twin = "(select * from read_parquet('twin.parquet'))"
differences = f"(from askwell.day except all from {twin}) union all (from {twin} except all from askwell.day)"
results["parquet"] = connection.execute(f"select count(*) from ({differences})").fetchone()[0]
json.dump(results, sys.stdout)
