"""Signs links with the vendors' own libraries and throwaway keys, and prints each with what it was made for, one JSON
object a line. Nothing is sent anywhere. Run by TestLinksMadeByPythonNow with the Python of .ci/install-servers."""

import base64
import datetime
import json

import boto3
import botocore.config
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableSasPermissions, generate_table_sas
from azure.storage.blob import (AccountSasPermissions, BlobSasPermissions, ContainerSasPermissions, ResourceTypes,
                                Services, UserDelegationKey, generate_account_sas, generate_blob_sas,
                                generate_container_sas)
from azure.storage.fileshare import FileSasPermissions, ShareSasPermissions, generate_file_sas, generate_share_sas
from azure.storage.queue import QueueSasPermissions, generate_queue_sas
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.cloud import storage
from google.oauth2 import service_account

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
LATER = NOW + datetime.timedelta(hours=5)


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def show(name, url, kind, provider, scope, container=None, object=None, permissions=None, account=None, expires=None, long_lived=None):
    print(json.dumps({"name": name, "url": url, "kind": kind, "provider": provider, "scope": scope, "container": container, "object": object,
                      "permissions": permissions, "account": account, "expires": expires, "long_lived": long_lived}, ensure_ascii=False))


def aws():
    own = "029608264753"  # the number in the key id
    for version, kind in (("s3v4", "aws_sigv4"), ("s3", "aws_sigv2")):
        for style in ("virtual", "path"):
            client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="AKIAQNZGKIQY56JQ7WML", aws_secret_access_key="throwaway",
                                  config=botocore.config.Config(signature_version=version, s3={"addressing_style": style}))
            key = {"Bucket": "acme-uploads", "Key": "a b/日本 100%+x.pdf"}
            for operation, params, permissions, scope in (
                ("get_object", key, None, "object"),
                ("get_object", key | {"ResponseContentDisposition": 'attachment; filename="a;b.pdf"'}, ["read"], "object"),
                ("get_object", key | {"VersionId": "v1"}, None, "object"),
                ("put_object", key, None, "object"),
                ("put_object", key | {"ContentType": "text/plain", "ACL": "public-read"}, ["write"] if kind == "aws_sigv4" else None, "object"),
                ("delete_object", key, None, "object"),
                ("head_object", key, None, "object"),
                ("upload_part", key | {"UploadId": "u", "PartNumber": 1}, ["write"], "object"),
                ("list_objects_v2", {"Bucket": "acme-uploads"}, ["list"], "container"),
                ("list_objects_v2", {"Bucket": "acme-uploads", "Prefix": "a/"}, ["list"], "prefix"),
            ):
                url = client.generate_presigned_url(operation, Params=params, ExpiresIn=18000)
                if kind == "aws_sigv2" and "x-amz-acl=" in url:
                    permissions = ["write"]
                show(f"boto3 {version} {style} {operation}", url, kind, "aws", scope, "acme-uploads", key["Key"] if scope == "object" else None,
                     permissions, own, "soon", True)
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="ASIAQNZGKIQY56JQ7WML", aws_secret_access_key="throwaway",
                          aws_session_token="IQoJb3JpZ2luX2VjEOb/" + base64.b64encode(bytes(range(200))).decode(),
                          config=botocore.config.Config(signature_version="s3v4"))
    show("boto3 session", client.generate_presigned_url("get_object", Params={"Bucket": "acme", "Key": "k"}, ExpiresIn=18000), "aws_sigv4", "aws",
         "object", "acme", "k", None, own, "soon", False)

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = CloudFrontSigner("K1ABCDE2FGHIJ3", lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA1()))
    url = "https://d111111abcdef8.cloudfront.net/a/b.jpg"
    show("botocore cloudfront canned", signer.generate_presigned_url(url, date_less_than=LATER), "cloudfront_canned", "aws", "object", None, "a/b.jpg",
         ["read"], None, stamp(LATER), True)
    policy = signer.build_policy("https://d111111abcdef8.cloudfront.net/a/*", LATER, date_greater_than=NOW, ip_address="192.0.2.0/24")
    show("botocore cloudfront custom", signer.generate_presigned_url(url, policy=policy), "cloudfront_custom", "aws", "prefix", None, "a/b.jpg",
         ["read"], None, stamp(LATER), True)


def azure():
    key = base64.b64encode(bytes(range(64))).decode()
    host = "https://acmefiles.{}.core.windows.net/"
    common = {"account_name": "acmefiles", "account_key": key}

    def sas(name, service, path, token, kind, scope, container, object, permissions, expires, long_lived=True):
        show(name, host.format(service) + path + "?" + token, kind, "azure", scope, container, object, permissions, "acmefiles", expires, long_lived)

    end = {"expiry": LATER, "start": NOW}
    sas("azure-storage-blob blob", "blob", "ids/a%20b/%E6%97%A5.pdf", generate_blob_sas(container_name="ids", blob_name="a b/日.pdf", permission=BlobSasPermissions(read=True, write=True, delete=True), **end, **common),
        "azure_service_sas", "object", "ids", "a b/日.pdf", ["delete", "read", "write"], stamp(LATER))
    sas("azure-storage-blob snapshot", "blob", "ids/a", generate_blob_sas(container_name="ids", blob_name="a", snapshot="2026-01-01T00:00:00.0000000Z", permission="r", **end, **common),
        "azure_service_sas", "object", "ids", "a", ["read"], stamp(LATER))
    sas("azure-storage-blob version", "blob", "ids/a", generate_blob_sas(container_name="ids", blob_name="a", version_id="2026-01-01T00:00:00.0000000Z", permission="rx", **end, **common),
        "azure_service_sas", "object", "ids", "a", ["delete_version", "read"], stamp(LATER))
    sas("azure-storage-blob container", "blob", "ids", generate_container_sas(container_name="ids", permission=ContainerSasPermissions(read=True, list=True, tag=True), ip="192.0.2.1-192.0.2.9", protocol="https", **end, **common),
        "azure_service_sas", "container", "ids", None, ["list", "read", "tags"], stamp(LATER))
    sas("azure-storage-blob stored policy", "blob", "ids", generate_container_sas(container_name="ids", policy_id="partners", **common),
        "azure_service_sas", "container", "ids", None, None, None)
    sas("azure-storage-blob account", "blob", "", generate_account_sas(resource_types=ResourceTypes(service=True, container=True, object=True), permission=AccountSasPermissions(read=True, list=True, process=True), services=Services(blob=True, queue=True), **end, **common),
        "azure_account_sas", "account", None, None, ["list", "process", "read"], stamp(LATER))
    delegated = UserDelegationKey()
    delegated.signed_oid = delegated.signed_tid = "00000000-0000-4000-8000-000000000009"
    delegated.signed_start, delegated.signed_expiry = stamp(NOW), stamp(NOW + datetime.timedelta(hours=1))
    delegated.signed_service, delegated.signed_version, delegated.value = "b", "2022-11-02", key
    sas("azure-storage-blob user delegation", "blob", "ids/a", generate_blob_sas(account_name="acmefiles", container_name="ids", blob_name="a", user_delegation_key=delegated, permission="r", **end),
        "azure_user_delegation_sas", "object", "ids", "a", ["read"], stamp(NOW + datetime.timedelta(hours=1)), False)
    sas("azure-storage-queue", "queue", "jobs", generate_queue_sas(queue_name="jobs", permission=QueueSasPermissions(read=True, add=True, update=True, process=True), **end, **common),
        "azure_service_sas", "container", "jobs", None, ["add", "process", "read", "update"], stamp(LATER))
    sas("azure-storage-file-share share", "file", "docs", generate_share_sas(share_name="docs", permission=ShareSasPermissions(read=True, list=True), **end, **common),
        "azure_service_sas", "container", "docs", None, ["list", "read"], stamp(LATER))
    sas("azure-storage-file-share file", "file", "docs/d/f.txt", generate_file_sas(share_name="docs", file_path=["d", "f.txt"], permission=FileSasPermissions(read=True), **end, **common),
        "azure_service_sas", "object", "docs", "d/f.txt", ["read"], stamp(LATER))
    sas("azure-data-tables", "table", "people", generate_table_sas(AzureNamedKeyCredential("acmefiles", key), "people", permission=TableSasPermissions(read=True, delete=True), **end),
        "azure_service_sas", "container", "people", None, ["delete", "read"], stamp(LATER))


def google():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    signer = service_account.Credentials.from_service_account_info({
        "type": "service_account", "project_id": "acme-prod", "private_key_id": "1", "private_key": pem, "client_id": "1",
        "client_email": "uploader@acme-prod.iam.gserviceaccount.com", "token_uri": "https://localhost/"})
    client = storage.Client(project="acme-prod", credentials=signer)
    bucket = client.bucket("acme-media")
    blob = bucket.blob("a b/日本 100%+x.pdf")
    for version, kind in (("v4", "gcs_v4"), ("v2", "gcs_v2")):
        def made(what, url, scope, object, permissions):
            show(f"google-cloud-storage {version} {what}", url, kind, "gcp", scope, "acme-media", object, permissions, "acme-prod", "soon", None)
        life = {"version": version, "expiration": datetime.timedelta(hours=5)}
        made("GET", blob.generate_signed_url(**life), "object", blob.name, None)
        made("GET as a download", blob.generate_signed_url(response_disposition='attachment; filename="a;b"', **life), "object", blob.name, ["read"])
        made("PUT", blob.generate_signed_url(method="PUT", **life), "object", blob.name, None)
        made("virtual", blob.generate_signed_url(virtual_hosted_style=True, **life), "object", blob.name, None)
        made("bucket", bucket.generate_signed_url(**life), "container", None, ["list"])
    url = blob.generate_signed_url(version="v4", expiration=datetime.timedelta(hours=5), method="POST", headers={"x-goog-resumable": "start"})
    show("google-cloud-storage resumable", url, "gcs_v4", "gcp", "object", "acme-media", blob.name, ["write"], "acme-prod", "soon", None)


aws()
azure()
google()
