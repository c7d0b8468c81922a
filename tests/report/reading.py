"""A result as a reader meets it: its document in Markdown, whole or in parts."""

from bench.model.result import Result
from bench.report.document.result import result_document
from bench.report.media.markdown import markdown


def report(result: Result) -> str:
    return markdown(result_document(result))


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n\n", 1)[1].split("\n## ")[0]


def answer(result: Result) -> str:
    return report(result).split("\n\n")[1]
