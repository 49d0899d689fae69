#!/usr/bin/env python3
"""Reads encrypted vectors as docs/format.md describes them, without Holdfast: read.py VECTOR.json... Needs cryptography 44 or later."""
import base64
import gzip
import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FRAME = 16384


def subkey(data_key, purpose):
    return HKDF(hashes.SHA256(), 32, None, f"holdfast-1 {purpose}".encode()).derive(data_key)


def context(kind, inventory, first, second):
    fields = ["holdfast-1", kind, inventory["cluster"], inventory["clusterUid"], first, second]
    return b"".join(struct.pack(">I", len(f.encode())) + f.encode() for f in fields)


def data_keys(blobs, passphrase):
    keys = {}
    for document in (b for path, b in blobs.items() if path.startswith("keys/")):
        wrap = json.loads(document)["wrap"]
        value = base64.b64decode(wrap["value"])
        key = Argon2id(
            salt=base64.b64decode(wrap["salt"]),
            length=32,
            iterations=wrap["iterations"],
            lanes=wrap["parallelism"],
            memory_cost=wrap["memory"],
        ).derive(passphrase.encode())
        bound = document.replace(f',"value":"{wrap["value"]}"'.encode(), b"")
        try:
            data_key = AESGCM(key).decrypt(value[:12], value[12:], bound)
        except InvalidTag:
            continue
        keys[subkey(data_key, "id").hex()] = data_key
    return keys


def decrypt(sealed, key_of, bound):
    assert sealed[:4] == b"HFE\x01"
    key = key_of[sealed[4:36].hex()]
    cipher, frames, content, number = AESGCM(subkey(key, "encryption")), sealed[36:], b"", 0
    while frames:
        frame, frames = frames[: FRAME + 28], frames[FRAME + 28 :]
        additional = bound + struct.pack(">I", number) + (b"\0" if frames else b"\1")
        part = cipher.decrypt(frame[:12], frame[12:], additional)
        assert hmac.new(subkey(key, "nonce"), additional + part, hashlib.sha256).digest()[:12] == frame[:12]
        content, number = content + part, number + 1
    return content


def read(vector):
    blobs = {path: base64.b64decode(b) for path, b in vector["blobs"].items()}
    keys = data_keys(blobs, vector["passphrase"])
    folder = f'clusters/{vector["cluster"]}/'
    inventory = json.loads(gzip.decompress(blobs[f'{folder}points/{vector["point"]}/inventory.json.gz']))
    if inventory["version"] == 4:
        bound = context("inventory", inventory, inventory["revision"], inventory["pinnedAt"])
        inventory = json.loads(gzip.decompress(decrypt(base64.b64decode(inventory["content"]), keys, bound)))
    for segment in inventory["segments"]:
        bound = context("part", inventory, segment["resource"], segment.get("namespace", ""))
        for part in segment["parts"]:
            name = f'{folder}packs/{part["pack"]}.{"encrypted" if "key" in part else "ndjson.gz"}'
            stored = blobs[name][part["offset"] : part["offset"] + part["length"]]
            if "key" in part:
                raw = gzip.decompress(decrypt(stored, keys, bound))
                digest = hmac.new(subkey(keys[part["key"]], "digest"), bound + raw, hashlib.sha256)
            else:
                raw = gzip.decompress(stored)
                digest = hashlib.sha256(raw)
            assert digest.hexdigest() == part["rawDigest"]
            yield from raw.decode().splitlines()


for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as text:
        expected = json.load(text)
    assert list(read(expected)) == expected["released"], file
    print(file)
