"""Makes calls with boto3: one line of JSON in, one line out (README.md)."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)


def answer(client, operation, given):
    method = next(name for name, known in client.meta.method_to_api_mapping.items() if known == operation)
    try:
        output = getattr(client, method)(**given)
    except ClientError as error:
        return {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    except Exception as error:  # whatever is no answer of the service is a failure of the client
        return {"failure": repr(error)}
    output.pop("ResponseMetadata")
    return {"output": output}


def main():
    clients = {}
    for line in sys.stdin:
        call = json.loads(line)
        key = (call["service"], call["region"])
        if key not in clients:
            clients[key] = boto3.client(key[0], region_name=key[1], config=CONFIG)
        told = answer(clients[key], call["operation"], call["input"])
        print(json.dumps(told, default=lambda value: value.isoformat()), flush=True)


main()
