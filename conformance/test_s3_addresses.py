"""How objects are addressed: the bucket in the host name, and presigned URLs."""

import http.client
import urllib.error
import urllib.parse
import urllib.request

import pytest


def test_virtual_hosted_style(clients, bucket):
    """The bucket in the host name: botocore resolves it with help, for the test has no name server."""
    endpoint = urllib.parse.urlsplit(clients.environment["AWS_ENDPOINT_URL"])
    signer = clients.boto("s3", s3={"addressing_style": "path"})
    signer.put_object(Bucket=bucket, Key="k e y", Body=b"hosted")
    for domain in ("localhost", "s3.localhost"):
        hosted = clients.boto("s3", endpoint=f"http://{domain}:{endpoint.port}", s3={"addressing_style": "virtual"})
        url = urllib.parse.urlsplit(hosted.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k e y"}))
        assert url.hostname == f"{bucket}.{domain}" and url.path == "/k%20e%20y"
        connection = http.client.HTTPConnection(endpoint.hostname, endpoint.port, timeout=10)
        connection.request("GET", f"{url.path}?{url.query}", headers={"Host": url.netloc})
        assert connection.getresponse().read() == b"hosted"
        connection.close()


def test_presigned_urls(s3, bucket):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "p q"}, ExpiresIn=60)
    answer = opener.open(urllib.request.Request(put, data=b"presigned", method="PUT", headers={"Content-Type": ""}))
    assert answer.status == 200
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "p q", "ResponseContentType": "text/x"})
    answer = opener.open(get)
    assert (answer.read(), answer.headers["Content-Type"]) == (b"presigned", "text/x")
    for changed in (get.replace("p%20q", "other"), get + "0", get.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")):
        assert changed != get
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(changed)
        assert refused.value.code == 403 and b"<Code>SignatureDoesNotMatch</Code>" in refused.value.read()
