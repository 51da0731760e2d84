"""Five accounts and one that nobody knows, with things in each: some that others name, some that nobody names.

Everything is addressed by symbols such as `A.user.open`, so that a trace of calls can be repeated on a new server. Names
are made of marks that follow from the seed; ids come out of answers.

- `M` manages an organization with the members `A` and `B`, `C` manages one of its own, `D` is in none, and `S` is silent:
  nobody ever names anything of it, and nothing of it may be seen.
- Each account lets others in (`PARTNERS`), of which the first may assume a role too, and never names one (`STRANGER`), of
  which it may hear nothing either, but for what somebody names together with its own things.
"""

import hashlib
import json
import random
import re

ACCOUNTS = {"M": "111111111111", "A": "222222222222", "B": "333333333333", "C": "444444444444", "D": "555555555555",
            "S": "666666666666"}  # fmt: skip
FIVE = "MABCD"
PARTNERS = {"A": "D", "C": "BD", "D": "M"}
STRANGER = {"A": "C", "B": "D", "M": "C", "C": "A", "D": "B"}
SYMBOL = re.compile(r"\$\{([A-Z]\.[\w.]+|call\.\d+\.[\w.]+)\}")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LETTERS = "0123456789abcdefghijklmnopqrstuv"


class Unresolved(KeyError):
    """A symbol stands for something that is not there, such as the answer of a call that was left out."""


class World:
    """What the symbols stand for."""

    def __init__(self, seed):
        self.seed = seed
        self.values = {}
        for letter, account in ACCOUNTS.items():
            self.values[f"{letter}.account"] = account
            self.values[f"{letter}.canonical"] = hashlib.sha256(account.encode()).hexdigest()
            self.name(letter)

    def mark(self, symbol):
        """Returns the mark that belongs to a symbol, the same for the same seed."""
        chance = random.Random(f"{self.seed}/{symbol}")
        return "zx" + "".join(chance.choice(LETTERS) for _ in range(10))

    def name(self, letter):
        """Gives names to everything of an account."""
        account = ACCOUNTS[letter]
        for variant in ("open", "hidden", "spare1", "spare2"):
            for kind in ("user", "group", "role", "policy", "inline", "bucket", "object", "trail", "alias", "text", "orgname"):
                symbol = f"{letter}.{kind}.{variant}"
                self.values[symbol] = {"alias": "alias/", "bucket": "b-", "object": "o/"}.get(kind, "") + self.mark(symbol)
            of = {kind: self.values[f"{letter}.{kind}.{variant}"] for kind in ("user", "group", "role", "policy", "alias", "trail", "bucket")}
            iam, here = f"arn:aws:iam::{account}", f"us-east-1:{account}"
            self.values |= {
                f"{letter}.userarn.{variant}": f"{iam}:user/{of['user']}",
                f"{letter}.rolearn.{variant}": f"{iam}:role/{of['role']}",
                f"{letter}.policyarn.{variant}": f"{iam}:policy/{of['policy']}",
                f"{letter}.aliasarn.{variant}": f"arn:aws:kms:{here}:{of['alias']}",
                f"{letter}.trailarn.{variant}": f"arn:aws:cloudtrail:{here}:trail/{of['trail']}",
            }
        self.values[f"{letter}.trail.shared"] = self.mark(f"{letter}.trail.shared")
        self.values[f"{letter}.bucket.shared"] = "b-" + self.mark(f"{letter}.bucket.shared")
        for place in ("shared", "kept"):
            self.values[f"{letter}.object.{place}"] = f"{place}/" + self.mark(f"{letter}.object.{place}")
        self.values[f"{letter}.accountalias"] = self.mark(f"{letter}.accountalias")
        for symbol in ("role", "alias"):
            self.values[f"{letter}.{symbol}.shared"] = ("alias/" if symbol == "alias" else "") + self.mark(f"{letter}.{symbol}.shared")
        self.values[f"{letter}.rolearn.shared"] = f"arn:aws:iam::{account}:role/{self.values[f'{letter}.role.shared']}"
        self.values[f"{letter}.aliasarn.shared"] = f"arn:aws:kms:us-east-1:{account}:{self.values[f'{letter}.alias.shared']}"

    def resolve(self, value):
        """Puts what they stand for in place of the symbols in a value."""
        if isinstance(value, dict):
            return {self.resolve(name): self.resolve(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [self.resolve(entry) for entry in value]
        if isinstance(value, str):
            whole = SYMBOL.fullmatch(value)
            if whole and isinstance(self.values.get(whole[1]), bytes):
                return self.values[whole[1]]
            return SYMBOL.sub(lambda hit: self.value(hit[1]), value)
        return value

    def value(self, symbol):
        try:
            return self.values[symbol]
        except KeyError:
            raise Unresolved(symbol) from None

    def has(self, symbol):
        return symbol in self.values


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal):
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})


class Furnisher:
    """Puts things into the accounts, through the same calls as everything else. `call` makes one and demands success."""

    def __init__(self, world, call):
        self.world, self._call = world, call

    def furnish(self, letter, root):
        """Makes everything of one account, the other accounts' shares in it included."""
        self.letter, self.root = letter, root
        for variant in ("hidden",) if letter == "S" else ("open", "hidden", "spare1"):
            self.people(variant)
            self.keys(variant)
            self.objects(variant)
            self.trails(variant)
        if letter in PARTNERS:
            self.share(PARTNERS[letter])

    def call(self, service, operation, **parameters):
        return self._call(self.root, service, operation, self.world.resolve(parameters)).told

    def of(self, kind, variant):
        return f"${{{self.letter}.{kind}.{variant}}}"

    def secret(self, what):
        """Returns a text with a mark that nobody else is ever told."""
        return self.world.mark(f"{self.letter}.secret.{what}")

    def tags(self, what):
        return [{"Key": self.secret(f"{what}.key"), "Value": self.secret(f"{what}.value")}]

    def keep(self, kind, variant, value):
        self.world.values[f"{self.letter}.{kind}.{variant}"] = value

    def people(self, variant):
        own = lambda what: document({"Sid": self.secret(f"{variant}.{what}"), "Effect": "Allow", "Action": "s3:*", "Resource": "*"})  # noqa: E731
        user, role, group = (self.of(kind, variant) for kind in ("user", "role", "group"))
        made = self.call("iam", "CreateUser", UserName=user, Tags=self.tags(f"{variant}.user"))
        self.keep("userid", variant, made["User"]["UserId"])
        self.call("iam", "PutUserPolicy", UserName=user, PolicyName=self.of("inline", variant), PolicyDocument=own("user"))
        key = self.call("iam", "CreateAccessKey", UserName=user)["AccessKey"]
        self.keep("accesskey", variant, key["AccessKeyId"])
        self.call("iam", "CreateGroup", GroupName=group)
        self.call("iam", "AddUserToGroup", GroupName=group, UserName=user)
        self.call("iam", "PutGroupPolicy", GroupName=group, PolicyName=self.of("inline", variant), PolicyDocument=own("group"))
        made = self.call("iam", "CreateRole", RoleName=role, AssumeRolePolicyDocument=trust(f"${{{self.letter}.account}}"),
                         Description=self.secret(f"{variant}.role"), Tags=self.tags(f"{variant}.role"))  # fmt: skip
        self.keep("roleid", variant, made["Role"]["RoleId"])
        self.call("iam", "PutRolePolicy", RoleName=role, PolicyName=self.of("inline", variant), PolicyDocument=own("role"))
        self.call("iam", "CreatePolicy", PolicyName=self.of("policy", variant), PolicyDocument=own("policy"),
                  Description=self.secret(f"{variant}.policy"))  # fmt: skip
        self.call("iam", "AttachRolePolicy", RoleName=role, PolicyArn=self.of("policyarn", variant))

    def keys(self, variant):
        made = self.call("kms", "CreateKey", Description=self.secret(f"{variant}.key"),
                         Tags=[{"TagKey": self.secret(f"{variant}.keytag"), "TagValue": self.secret(f"{variant}.keyvalue")}])  # fmt: skip
        self.keep("key", variant, made["KeyMetadata"]["KeyId"])
        self.keep("keyarn", variant, made["KeyMetadata"]["Arn"])
        self.call("kms", "CreateAlias", AliasName=self.of("alias", variant), TargetKeyId=self.of("key", variant))
        grant = self.call("kms", "CreateGrant", KeyId=self.of("key", variant), GranteePrincipal=self.of("rolearn", variant),
                          Operations=["Decrypt"], Name=self.secret(f"{variant}.grant"))  # fmt: skip
        self.keep("grant", variant, grant["GrantId"])
        sealed = self.call("kms", "Encrypt", KeyId=self.of("key", variant), Plaintext=self.secret(f"{variant}.plain").encode())
        self.keep("ciphertext", variant, sealed["CiphertextBlob"])

    def objects(self, variant):
        bucket = self.of("bucket", variant)
        self.call("s3", "CreateBucket", Bucket=bucket)
        self.call("s3", "PutBucketTagging", Bucket=bucket, Tagging={"TagSet": self.tags(f"{variant}.bucket")})
        self.call("s3", "PutBucketPolicy", Bucket=bucket, Policy=self.log_policy(bucket, variant))
        self.call("s3", "PutObject", Bucket=bucket, Key=self.of("object", variant), Body=self.secret(f"{variant}.body").encode(),
                  Metadata={"kept": self.secret(f"{variant}.metadata")})  # fmt: skip
        begun = self.call("s3", "CreateMultipartUpload", Bucket=bucket, Key=self.of("object", variant))
        self.keep("upload", variant, begun["UploadId"])

    def log_policy(self, bucket, variant):
        account = f"${{{self.letter}.account}}"
        service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
        only = {"StringEquals": {"aws:SourceAccount": account}}
        return document(
            {**service, "Sid": self.secret(f"{variant}.sid"), "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}", "Condition": only},
            {**service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": only},
        )

    def trails(self, variant):
        name = self.of("trail", variant)
        self.call("cloudtrail", "CreateTrail", Name=name, S3BucketName=self.of("bucket", variant), EnableLogFileValidation=True,
                  S3KeyPrefix=self.secret(f"{variant}.prefix"), TagsList=self.tags(f"{variant}.trail"))  # fmt: skip
        watched = f"arn:aws:s3:::{self.of('bucket', 'hidden')}/"
        self.call("cloudtrail", "PutEventSelectors", TrailName=name, EventSelectors=[{
            "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::S3::Object", "Values": [watched]}]}])  # fmt: skip
        self.call("cloudtrail", "StartLogging", Name=name)

    def organization(self, letter, root):
        """Makes an organization; returns what its members will be told of it."""
        self.letter, self.root = letter, root
        made = self.call("organizations", "CreateOrganization", FeatureSet="ALL")["Organization"]
        self.world.values[f"{letter}.organization"] = made["Id"]
        return made

    def units(self, root):
        """Divides an organization: units and policies that others name and that nobody does."""
        self.letter, self.root = root.name[0], root
        top = self.call("organizations", "ListRoots")["Roots"][0]["Id"]
        self.world.values[f"{self.letter}.orgroot"] = top
        self.call("organizations", "EnableAWSServiceAccess", ServicePrincipal="cloudtrail.amazonaws.com")
        self.call("organizations", "EnablePolicyType", RootId=top, PolicyType="SERVICE_CONTROL_POLICY")
        everything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        for variant in ("open", "hidden"):
            unit = self.call("organizations", "CreateOrganizationalUnit", ParentId=top, Name=self.of("orgname", variant),
                             Tags=self.tags(f"{variant}.unit"))["OrganizationalUnit"]["Id"]  # fmt: skip
            self.keep("ou", variant, unit)
            policy = self.call("organizations", "CreatePolicy", Name=self.of("orgname", variant), Type="SERVICE_CONTROL_POLICY",
                               Description=self.secret(f"{variant}.scp"), Content=everything)["Policy"]["PolicySummary"]["Id"]  # fmt: skip
            self.keep("scp", variant, policy)
            self.call("organizations", "AttachPolicy", PolicyId=policy, TargetId=unit)

    def organization_trail(self, root):
        """Makes a trail over the organization; returns what its members see of it."""
        self.letter, self.root = root.name[0], root
        made = self.call("cloudtrail", "CreateTrail", Name=self.of("trail", "shared"), S3BucketName=self.of("bucket", "open"),
                         S3KeyPrefix=self.secret("shared.prefix"), IsOrganizationTrail=True, IsMultiRegionTrail=True)  # fmt: skip
        self.call("cloudtrail", "StartLogging", Name=self.of("trail", "shared"))
        self.keep("trailarn", "shared", made["TrailARN"])
        return {name: value for name, value in made.items() if name != "ResponseMetadata"}

    def share(self, partners):
        """Lets the partners' accounts into one bucket below `shared/`, one key and one role, and nowhere else."""
        guest = [f"${{{partner}.account}}" for partner in partners]
        bucket = self.of("bucket", "shared")
        self.call("s3", "CreateBucket", Bucket=bucket)
        for place in ("shared", "kept"):
            self.call("s3", "PutObject", Bucket=bucket, Key=self.of("object", place), Body=self.secret(f"{place}.body").encode())
        self.call("s3", "PutBucketPolicy", Bucket=bucket, Policy=document({
            "Sid": self.secret("shared.sid"), "Effect": "Allow", "Principal": {"AWS": guest},
            "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{bucket}/shared/*"}))  # fmt: skip
        made = self.call("iam", "CreateRole", RoleName=self.of("role", "shared"), AssumeRolePolicyDocument=trust(guest))
        self.keep("roleid", "shared", made["Role"]["RoleId"])
        own = {"Effect": "Allow", "Principal": {"AWS": f"${{{self.letter}.account}}"}, "Action": "kms:*", "Resource": "*"}
        use = {"Effect": "Allow", "Principal": {"AWS": guest}, "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*"], "Resource": "*"}
        made = self.call("kms", "CreateKey", Description=self.secret("shared.key"), Policy=document(own, use))
        self.keep("key", "shared", made["KeyMetadata"]["KeyId"])
        self.keep("keyarn", "shared", made["KeyMetadata"]["Arn"])
        self.keep("material", "shared", self.call("kms", "DescribeKey", KeyId=self.of("key", "shared"))["KeyMetadata"]["CurrentKeyMaterialId"])
        self.call("kms", "CreateAlias", AliasName=self.of("alias", "shared"), TargetKeyId=self.of("key", "shared"))
        sealed = self.call("kms", "Encrypt", KeyId=self.of("key", "shared"), Plaintext=self.secret("shared.plain").encode())
        self.keep("ciphertext", "shared", sealed["CiphertextBlob"])
