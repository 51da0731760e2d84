"""Errors that the model declares and no scenario provokes, each with the reason."""

import collections

from botocore.session import Session

ORGANIZATIONS = "An organization would have to be made first: [organization-errors.md](organization-errors.md)."
STORES = "There are no event data stores: naming one in a configuration is `UnsupportedOperationException`."
KEYS = "A key that the trail may not use, or that can not be used, would have to be made in KMS: `test_kms.py`."
QUOTA = "Reaching these quotas takes too many calls: `crates/iam/tests/iam/quotas.rs`."
REASONS = {
    "CloudTrailAccessNotEnabledException": ORGANIZATIONS,
    "CloudTrailInvalidClientTokenIdException": "A wrong key is `UnrecognizedClientException`: `test_sts.py`.",
    "CloudWatchLogsDeliveryUnavailableException": "The role is asked first, and there is none that may write: `test_streams.py`.",
    "ConflictException": "Two changes would have to meet at the same instant.",
    "EventDataStoreARNInvalidException": STORES,
    "EventDataStoreNotFoundException": STORES,
    "InactiveEventDataStoreException": STORES,
    "InsufficientDependencyServiceAccessPermissionException": ORGANIZATIONS,
    "InsufficientEncryptionPolicyException": KEYS,
    "InsufficientIAMAccessPermissionException": STORES,
    "InsufficientS3BucketPolicyException": "The bucket would have to lose its policy after the trail was made: `test_insight_selectors.py`.",
    "InvalidEventDataStoreCategoryException": STORES,
    "InvalidEventDataStoreStatusException": STORES,
    "InvalidEventSelectorsException": "UpdateTrail takes no event selectors.",
    "InvalidParameterException": "No member of GetEventConfiguration that trails have is constrained.",
    "InvalidTagParameterException": "Tags to be removed need not be ones that could be added.",
    "InvalidTrailNameException": "A wrong name within an ARN is `CloudTrailARNInvalidException`.",
    "KmsException": KEYS,
    "KmsKeyDisabledException": "AWS no longer answers it: a disabled key is `KmsException`.",
    "NoManagementAccountSLRExistsException": ORGANIZATIONS,
    "NotOrganizationMasterAccountException": ORGANIZATIONS,
    "OperationNotPermittedException": "Cairn knows no operation on trails that its administrator may not make.",
    "OrganizationNotInAllFeaturesModeException": ORGANIZATIONS,
    "S3BucketDoesNotExistException": "The bucket would have to be deleted after the trail was made.",
    "ThrottlingException": "Nothing is throttled unless `cloudtrail.throttle` is set: `test_throttle.py`.",
    "TrailNotProvidedException": "An absent name is `InvalidParameterException`.",
    "UnsupportedOperationException": "These operations and their members are supported.",
    "ConcurrentModification": "Two changes would have to meet at the same instant.",
    "EntityAlreadyExists": "The alias would have to be another account's.",
    "EntityTemporarilyUnmodifiable": "No user is unmodifiable for a time.",
    "InvalidInput": "What is wrong with these inputs is `ValidationError`, which every operation may answer.",
    "LimitExceeded": QUOTA,
    "NoSuchEntity": "A new group, and a new role of a service, refer to nothing.",
    "ServiceFailure": "The server would have to fail.",
    "UnmodifiableEntity": "The description of a service's role may be changed.",
    "ExpiredTokenException": "The caller's own session would have to end.",
    "IDPCommunicationError": "The issuer's keys come from a file here.",
    "IDPRejectedClaim": "Cairn judges claims itself and answers `InvalidIdentityToken`.",
    "PackedPolicyTooLarge": "`Policy` is at most 2,048 characters long, and there are no session tags.",
    "RegionDisabledException": "Every Region of STS is enabled.",
}


def table(calls):
    """Renders a row for each error of each service; `calls` holds pairs of a client and a step."""
    session, provoked = Session(), collections.defaultdict(set)
    for _, step, _ in calls:
        provoked[step.service, step.operation].add(step.outcome)
    missing = collections.defaultdict(list)
    for (service, operation), outcomes in sorted(provoked.items()):
        for shape in session.get_service_model(service).operation_model(operation).error_shapes:
            code = shape.metadata.get("error", {}).get("code", shape.name)
            if not {code, shape.name} & outcomes:
                missing[service, code].append(operation)
    lines = ["| error | operations | why |", "| --- | --- | --- |"]
    lines += [f"| {code} | {told(operations)} | {REASONS[code]} |" for (_, code), operations in sorted(missing.items())]
    return "\n".join(lines) + "\n"


def told(operations):
    return ", ".join(operations) if len(operations) <= 4 else f"{len(operations)} operations"
