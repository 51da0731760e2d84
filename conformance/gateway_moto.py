"""moto's server as it is behind the gateway; where need be with a clock that stands still and identifiers from a seed, so that it
answers the same call with the same bytes."""

import urllib.request

import disturbances
import emulators

# Operations whose answers hold identifiers from the machine's own randomness, or come in an order by chance.
AT_RANDOM = {
    "sts.AssumeRole", "kms.Encrypt", "kms.GenerateDataKey", "kafka.CreateCluster", "kafka.ListClusters",
    "rds.CreateDBInstance", "rds.DescribeDBInstances", "elb.DescribeLoadBalancers", "eks.CreateCluster", "fsx.CreateFileSystem",
    "fsx.DescribeFileSystems", "backup.ListBackupVaults", "codedeploy.CreateApplication", "servicecatalog.CreatePortfolio",
    "servicecatalog.ListPortfolios",
}  # fmt: skip


class Moto(emulators.Moto):
    def reset(self):
        """Forgets everything."""
        self.ask("reset")

    def ask(self, page):
        request = urllib.request.Request(f"{self.endpoint}/moto-api/{page}", method="POST")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20).read()


class StillMoto(Moto):
    def command(self):
        command, environment = super().command()
        still = {"LD_PRELOAD": str(disturbances.faketime()), "FAKETIME": "2026-03-02 08:00:00"}
        monotonic = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONHASHSEED": "0"}
        return command, environment | still | monotonic

    def seed(self, number):
        """Makes the identifiers of what follows known."""
        self.ask(f"seed?a={number}")


def is_repeatable(step):
    """Whether a call is always answered with the same bytes."""
    return f"{step.service}.{step.operation}" not in AT_RANDOM
