"""`bench schema`."""


def schema() -> None:
    """Print the JSON Schema of `result.json`."""
    import json

    from bench.model.result import Result

    print(json.dumps(Result.model_json_schema(), indent=1))
