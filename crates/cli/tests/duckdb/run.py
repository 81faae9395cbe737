"""Runs the queries of docs/export-sql.md on the day files of folders.

python3 run.py PAGE FOLDER…: writes one JSON array with an object for each folder, which has a key for each query
and dialect ("duckdb totals"). The queries for BigQuery are run by ZetaSQL, the analyser and reference engine of
BigQuery's SQL.
"""

import datetime
import glob
import json
import os
import re
import sys

import duckdb
from zetasql import types
from zetasql.api import Analyzer, CatalogBuilder, PreparedQuery, TableBuilder, Value
from zetasql.types import AnalyzerOptions, LanguageOptions, TypeKind, ZetaSQLBuiltinFunctionOptions
from zetasql.types.proto_model import generated

page = open(sys.argv[1], encoding="utf-8").read()
BLOCKS = re.findall(r"^```sql (\S+) ?(\S*)\n(.*?);\n^```$", page, re.MULTILINE | re.DOTALL)
TABLE = "askwell.day"


def of(dialect, names=True):
    """The page's queries of a dialect by name, or the one without a name, which is for loading."""
    return [(name, sql) for d, name, sql in BLOCKS if d in (dialect, "both") and bool(name) == names]


def in_duckdb():
    """What the queries give on the files of the working directory."""
    connection = duckdb.connect()

    def rows(sql):
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    for _, sql in of("duckdb", names=False):
        connection.execute(sql)
    results = {f"duckdb {name}": rows(sql) for name, sql in of("duckdb")}
    # The twin in Parquet has the same rows.
    connection.execute("copy askwell.day to 'twin.parquet'")
    twin = "(select * from read_parquet('twin.parquet'))"
    differences = f"(from askwell.day except all from {twin}) union all (from {twin} except all from askwell.day)"
    results["parquet"] = connection.execute(f"select count(*) from ({differences})").fetchone()[0]
    return results


class ZetaSql:
    """The table that the page makes, and its queries."""

    def __init__(self):
        language = LanguageOptions.maximum_features()
        # That of BigQuery, without the types of Google's own use.
        language.product_mode = generated.ProductMode.PRODUCT_EXTERNAL
        # BigQuery's; that of ZetaSQL is Los Angeles.
        self.options = AnalyzerOptions(language_options=language, default_timezone="UTC")
        self.builtin = ZetaSQLBuiltinFunctionOptions(language_options=language)
        [(_, create)] = of("bigquery", names=False)
        made = Analyzer(self.options, self.catalog()).analyze_statement(create)
        assert ".".join(made.name_path) == TABLE
        self.columns = made.column_definition_list
        for _, sql in of("bigquery"):
            # As it stands: every name, type and function is there.
            Analyzer(self.options, self.catalog("askwell")).analyze_statement(sql)

    def catalog(self, schema=None):
        """Functions, and the table `day`, in a schema or outside of any."""
        catalog = CatalogBuilder("project").with_builtin_functions(self.builtin).build()
        if hasattr(self, "columns"):
            table = TableBuilder("day")
            for column in self.columns:
                table.add_column(column.name, column.type)
            table = table.build()
            if schema:
                catalog.catalog = [types.SimpleCatalog(name=schema, table=[table])]
            else:
                catalog.table = [table]
        return catalog

    def run(self):
        """What the queries give on the files of the working directory."""
        rows = [row for file in sorted(glob.glob("2026-11-??.json")) for row in json.load(open(file, encoding="utf-8"))]
        cells = [[value(column.type, row[column.name]) for column in self.columns] for row in rows]
        content = types.TableContent(table_data=types.TableData(row=[types.TableData.Row(cell=row) for row in cells]))
        return {f"bigquery {name}": self.query(sql, content) for name, sql in of("bigquery")}

    def query(self, sql, content):
        # The engine holds rows of tables outside of schemas only.
        builder = PreparedQuery.builder().set_sql(sql.replace(TABLE, "day"))
        builder = builder.set_analyzer_options(self.options).set_catalog(self.catalog())
        with builder.set_table_content({"day": content}).prepare() as query:
            names = [column.name for column in query.columns]
            # No rows are no table.
            found = query.execute().content.table_data
            return [dict(zip(names, map(plain, row.cell))) for row in (found.row if found else [])]


def value(type, given):
    """A JSON value as one of a type, as loading into a table makes it."""
    match type.type_kind:
        case TypeKind.TYPE_STRING:
            return types.Value(string_value=given)
        case TypeKind.TYPE_INT64:
            return types.Value(int64_value=int(given))
        case TypeKind.TYPE_BOOL:
            return types.Value(bool_value=given)
        case TypeKind.TYPE_TIMESTAMP:
            return Value.timestamp(datetime.datetime.fromisoformat(given.replace("Z", "+00:00"))).to_proto()
        case TypeKind.TYPE_ARRAY:
            element = type.array_type.element_type
            return types.Value(array_value=generated.Value.Array(element=[value(element, one) for one in given]))
        case TypeKind.TYPE_STRUCT:
            fields = [value(field.field_type, given[field.field_name]) for field in type.struct_type.field]
            return types.Value(struct_value=generated.Value.Struct(field=fields))
        case other:
            raise ValueError(f"a type that no column has: {other}")


def plain(cell):
    """A value of a result as JSON has it."""
    found = [one for one in (cell.int64_value, cell.double_value, cell.string_value) if one is not None]
    return found[0] if found else None


engine = ZetaSql()
results = []
for folder in sys.argv[2:]:
    os.chdir(folder)
    results.append({**in_duckdb(), **engine.run()})
json.dump(results, sys.stdout)
