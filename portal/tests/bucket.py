"""A bucket of an S3-compatible store over real HTTP, which a story can stop and damage."""

import secrets
import threading
import time
from functools import cached_property

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

KEYS = {"access_key": "AKIDSTORY", "secret_key": "the-secret-of-the-store"}


class Quiet(WSGIRequestHandler):
    def log_request(self, *_args):
        pass


class Bucket:
    """A bucket of its own; what it keeps survives `stop` and `start`."""

    def __init__(self):
        self.name = f"uploads-{secrets.token_hex(4)}"
        self.requests = []  # method and path, as they arrive
        self.headers = []  # likewise
        self.late = 0.0  # seconds between doing what is asked and saying so, where `is_late`
        self._port = 0
        self.start()
        self.client.create_bucket(Bucket=self.name)

    def start(self):
        app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", self._port, self._noting(app), threaded=True, request_handler=Quiet
        )
        self._port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _noting(self, app):
        def noted(environ, start_response):
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            self.headers.append({k: v for k, v in environ.items() if k.startswith("HTTP_")})
            answer = app(environ, start_response)
            if self.late and self.is_late(environ):
                time.sleep(self.late)
            return answer

        return noted

    def is_late(self, _call):
        return True

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    @cached_property
    def client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def objects(self):
        """What it keeps: the bytes by their key."""
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {one["Key"]: self.read(one["Key"]) for one in listed}

    def read(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def write(self, key, content):
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def remove(self, key):
        self.client.delete_object(Bucket=self.name, Key=key)

    def storages(self, **options):
        return storages(self.url, **{"bucket_name": self.name, **options})

    def environment(self):
        """What a process of the portal needs to use it."""
        return {
            "S3_BUCKET": self.name,
            "S3_ENDPOINT_URL": self.url,
            "S3_REGION": "us-east-1",
            "S3_PREFIX": "portal",
            "S3_ACCESS_KEY_ID": KEYS["access_key"],
            "S3_SECRET_ACCESS_KEY": KEYS["secret_key"],
            "S3_ADDRESSING": "path",
            "S3_TIMEOUT": "2",
        }


def storages(url, **options):
    """The setting STORAGES of a portal whose uploads are in a bucket there."""
    return {
        "default": {
            "BACKEND": "portal.buckets.BucketStorage",
            "OPTIONS": {
                "bucket_name": "uploads",
                "location": "portal",
                "endpoint_url": url,
                "region_name": "us-east-1",
                "addressing_style": "path",
                "encryption": {},
                "silence": 2.0,
                **KEYS,
                **options,
            },
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
