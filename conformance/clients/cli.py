"""Makes calls with the AWS CLI: one line of JSON in, one line out (README.md).

Each call is the program `aws` with arguments, an environment and an end of its own. It is forked from here, so that modules
and service models are not read again every time.
"""

import json
import os
import re
import sys
import tempfile

from awscli.clidriver import create_clidriver
from botocore import xform_name

DRIVER = create_clidriver()
for service in ("cloudtrail", "iam", "sts"):
    DRIVER.session.get_service_model(service)
    DRIVER.session.get_component("data_loader").load_service_model(service, "endpoint-rule-set-1")
    DRIVER.session.get_component("data_loader").load_service_model(service, "paginators-1")

ERROR = re.compile(r"An error occurred \((?P<code>\w+)\) when calling the (?P<operation>\w+) operation[^:]*: (?P<message>.*)", re.S)


def aws(arguments, region):
    """Runs `aws ARGUMENTS` and returns its exit code and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.environ["AWS_DEFAULT_REGION"] = region
            code = 255
            try:
                code = DRIVER.main(arguments)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode()


def answer(call):
    given = ["--cli-input-json", json.dumps(call["input"])] if call["input"] else []
    command = [call["service"], xform_name(call["operation"], "-"), "--no-paginate", "--output", "json", *given]
    code, out, err = aws(command, call["region"])
    if code == 0:
        return {"output": json.loads(out or "{}")}
    told = ERROR.search(err)
    if told is None or told["operation"] != call["operation"]:
        return {"failure": f"exit code {code}: {err}"}
    return {"error": told["code"], "message": told["message"].strip()}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
